package fakelet

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// container is one container of a running pod: its plan, and what has come of it so far.
type container struct {
	spec    *corev1.Container
	restart corev1.RestartPolicy
	plan    plan
	changed func()

	mu       sync.Mutex
	state    corev1.ContainerState
	ready    bool
	started  bool
	finished bool
	restarts int32
}

func newContainer(spec *corev1.Container, restart corev1.RestartPolicy, changed func()) *container {
	return &container{spec: spec, restart: restart, plan: planOf(spec), changed: changed, state: waiting("ContainerCreating", "")}
}

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

// set changes what others see of the container and tells its pod.
func (c *container) set(change func()) {
	c.mu.Lock()
	change()
	c.mu.Unlock()
	c.changed()
}

// live returns when the container has ended for good or its pod is to go.
func (c *container) live(ctx context.Context) {
	switch {
	case c.plan.pullFails:
		c.failToPull(ctx)
	case c.plan.startFails != "":
		c.failToStart(ctx)
	default:
		for c.runOnce(ctx) {
		}
	}
}

func (c *container) failToPull(ctx context.Context) {
	c.set(func() { c.state = waiting("ErrImagePull", "failed to pull image "+c.spec.Image+": not found") })
	if wait(ctx, 2*time.Second) {
		c.set(func() { c.state = waiting("ImagePullBackOff", "Back-off pulling image "+c.spec.Image) })
	}
}

func (c *container) failToStart(ctx context.Context) {
	if c.restart == corev1.RestartPolicyNever {
		c.finish(127, "StartError", metav1.Now())
		return
	}
	for backOff := 2 * time.Second; ; backOff = min(2*backOff, 5*time.Minute) {
		c.set(func() { c.state = waiting("RunContainerError", c.plan.startFails) })
		if !wait(ctx, time.Second) {
			return
		}
		c.set(func() {
			c.restarts++
			c.state = waiting("CrashLoopBackOff", "back-off restarting failed container")
		})
		if !wait(ctx, backOff) {
			return
		}
	}
}

// runOnce is true when the container must be started again.
func (c *container) runOnce(ctx context.Context) bool {
	// The container stays in Waiting until postStart returns.
	if c.spec.Lifecycle != nil && !wait(ctx, hookDelay(c.spec.Lifecycle.PostStart)) {
		return false
	}
	startedAt := metav1.Now()
	c.set(func() {
		c.started = true
		c.ready = c.spec.ReadinessProbe == nil
		c.state = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: startedAt}}
	})
	go c.becomeReady(ctx)
	if !wait(ctx, c.plan.runFor) {
		return false
	}
	if c.restart == corev1.RestartPolicyNever || (c.restart == corev1.RestartPolicyOnFailure && c.plan.exitCode == 0) {
		c.finish(c.plan.exitCode, endReason(c.plan.exitCode), startedAt)
		return false
	}
	c.set(func() {
		c.restarts++
		c.ready, c.started = false, false
		c.state = waiting("CrashLoopBackOff", "back-off restarting failed container")
	})
	return wait(ctx, 5*time.Second)
}

// becomeReady: a readiness probe succeeds at its first try.
func (c *container) becomeReady(ctx context.Context) {
	probe := c.spec.ReadinessProbe
	if probe == nil || !wait(ctx, time.Duration(probe.InitialDelaySeconds)*time.Second) {
		return
	}
	c.set(func() { c.ready = c.started && !c.finished })
}

func (c *container) finish(code int32, reason string, startedAt metav1.Time) {
	c.set(func() {
		c.ready, c.started, c.finished = false, false, true
		c.state = terminated(code, reason, startedAt)
	})
}

func terminated(code int32, reason string, startedAt metav1.Time) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: code, Reason: reason, StartedAt: startedAt, FinishedAt: metav1.Now(),
	}}
}

func endReason(code int32) string {
	if code == 0 {
		return "Completed"
	}
	return "Error"
}

func (c *container) status() corev1.ContainerStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	started := c.started
	return corev1.ContainerStatus{
		Name: c.spec.Name, Image: c.spec.Image, ImageID: "fake://" + c.spec.Image, ContainerID: "fake://" + c.spec.Name,
		Ready: c.ready, Started: &started, RestartCount: c.restarts, State: c.state,
	}
}
