package fakelet

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const hostIP = "10.0.0.1"

// podWorker takes one pod from its binding to its end.
type podWorker struct {
	fakelet *fakelet
	ip      string
	// stop ends the running phase: the pod is deleted or gone.
	stop        context.CancelFunc
	terminating bool
	latest      *corev1.Pod
	kick        chan struct{}
}

// newPodWorker is called under the lock of f, as update is.
func newPodWorker(f *fakelet, pod *corev1.Pod) *podWorker {
	f.ips++
	ctx, cancel := context.WithCancel(f.ctx)
	ip := fmt.Sprintf("10.244.%d.%d", f.ips>>8&255, f.ips&255)
	w := &podWorker{fakelet: f, ip: ip, stop: cancel, latest: pod, kick: make(chan struct{}, 1)}
	if pod.DeletionTimestamp == nil {
		go w.run(ctx, pod)
	}
	return w
}

func (w *podWorker) update(pod *corev1.Pod) {
	w.latest = pod
	if pod.DeletionTimestamp != nil {
		if !w.terminating {
			w.terminating = true
			w.stop()
			go w.terminate(pod)
		}
		return
	}
	w.wake()
}

func (w *podWorker) wake() {
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

func (w *podWorker) current() *corev1.Pod {
	w.fakelet.mu.Lock()
	defer w.fakelet.mu.Unlock()
	return w.latest
}

func (w *podWorker) run(ctx context.Context, pod *corev1.Pod) {
	containers := make([]*container, len(pod.Spec.Containers))
	for i := range pod.Spec.Containers {
		containers[i] = newContainer(&pod.Spec.Containers[i], pod.Spec.RestartPolicy, w.wake)
	}
	w.report(pod, startingStatus(pod, containers))
	if !wait(ctx, *startDelay) {
		return
	}
	for _, c := range containers {
		go c.live(ctx)
	}
	var last string
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.kick:
		}
		status := w.statusOf(w.current(), containers)
		key, _ := json.Marshal(status)
		if string(key) == last {
			continue
		}
		last = string(key)
		w.report(pod, status)
		if status.Phase == corev1.PodSucceeded || status.Phase == corev1.PodFailed {
			return
		}
	}
}

func startingStatus(pod *corev1.Pod, containers []*container) corev1.PodStatus {
	now := metav1.Now()
	return corev1.PodStatus{
		Phase: corev1.PodPending, StartTime: &now, HostIP: hostIP, ObservedGeneration: pod.Generation,
		ContainerStatuses: statusesOf(containers),
		Conditions: []corev1.PodCondition{
			condition(corev1.PodInitialized, true, ""),
			condition(corev1.PodReady, false, "ContainersNotReady"),
			condition(corev1.ContainersReady, false, "ContainersNotReady"),
			condition(corev1.PodScheduled, true, ""),
		},
	}
}

func statusesOf(containers []*container) []corev1.ContainerStatus {
	statuses := make([]corev1.ContainerStatus, len(containers))
	for i, c := range containers {
		statuses[i] = c.status()
	}
	return statuses
}

func (w *podWorker) statusOf(pod *corev1.Pod, containers []*container) corev1.PodStatus {
	statuses := statusesOf(containers)
	phase, allReady := summary(statuses)
	gatesOpen := readinessGatesOpen(pod)
	reason := "ContainersNotReady"
	switch {
	case phase == corev1.PodSucceeded || phase == corev1.PodFailed:
		reason = "PodCompleted"
	case allReady && !gatesOpen:
		reason = "ReadinessGatesNotReady"
	}
	return corev1.PodStatus{
		Phase: phase, HostIP: hostIP, PodIP: w.ip, PodIPs: []corev1.PodIP{{IP: w.ip}}, ObservedGeneration: pod.Generation,
		ContainerStatuses: statuses,
		Conditions: []corev1.PodCondition{
			condition(corev1.PodReady, allReady && gatesOpen, reason),
			condition(corev1.ContainersReady, allReady, reason),
		},
	}
}

func summary(statuses []corev1.ContainerStatus) (phase corev1.PodPhase, allReady bool) {
	allReady, allEnded, anyRan, anyFailed := true, true, false, false
	for _, status := range statuses {
		ended := status.State.Terminated
		allReady = allReady && status.Ready
		allEnded = allEnded && ended != nil
		anyRan = anyRan || status.State.Running != nil || status.RestartCount > 0
		anyFailed = anyFailed || (ended != nil && ended.ExitCode != 0)
	}
	switch {
	case allEnded && anyFailed:
		return corev1.PodFailed, false
	case allEnded:
		return corev1.PodSucceeded, false
	case anyRan:
		return corev1.PodRunning, allReady
	default:
		return corev1.PodPending, allReady
	}
}

// readinessGatesOpen: others set the conditions that a pod's readiness gates name.
func readinessGatesOpen(pod *corev1.Pod) bool {
	isTrue := map[corev1.PodConditionType]bool{}
	for _, c := range pod.Status.Conditions {
		isTrue[c.Type] = c.Status == corev1.ConditionTrue
	}
	for _, gate := range pod.Spec.ReadinessGates {
		if !isTrue[gate.ConditionType] {
			return false
		}
	}
	return true
}

// condition has no time: wholeStatus adds it, so that equal statuses are equal.
func condition(kind corev1.PodConditionType, holds bool, reason string) corev1.PodCondition {
	if holds {
		return corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue}
	}
	return corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, Reason: reason}
}

// terminate lets the containers stop, at most for the grace period, and then removes the pod.
func (w *podWorker) terminate(pod *corev1.Pod) {
	if !wait(w.fakelet.ctx, stopTime(pod)) {
		return
	}
	if pod.Status.Phase == corev1.PodRunning {
		statuses := make([]corev1.ContainerStatus, len(pod.Spec.Containers))
		for i := range pod.Spec.Containers {
			c := newContainer(&pod.Spec.Containers[i], pod.Spec.RestartPolicy, func() {})
			c.state = terminated(0, "Completed", metav1.Now())
			statuses[i] = c.status()
		}
		w.report(pod, corev1.PodStatus{ContainerStatuses: statuses, Conditions: []corev1.PodCondition{
			condition(corev1.PodReady, false, "PodCompleted"), condition(corev1.ContainersReady, false, "PodCompleted"),
		}})
	}
	w.remove(pod)
}

func stopTime(pod *corev1.Pod) time.Duration {
	grace := 30 * time.Second
	if pod.DeletionGracePeriodSeconds != nil {
		grace = time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second
	}
	longest := *stopDelay
	if pod.Status.Phase == corev1.PodRunning {
		for i := range pod.Spec.Containers {
			longest = max(longest, containerStopTime(&pod.Spec.Containers[i], grace))
		}
	}
	return min(longest, grace)
}

func containerStopTime(spec *corev1.Container, grace time.Duration) time.Duration {
	if planOf(spec).ignoresTerm {
		return grace
	}
	if spec.Lifecycle == nil {
		return *stopDelay
	}
	return hookDelay(spec.Lifecycle.PreStop) + *stopDelay
}

func (w *podWorker) remove(pod *corev1.Pod) {
	atOnce := int64(0)
	options := metav1.DeleteOptions{GracePeriodSeconds: &atOnce, Preconditions: &metav1.Preconditions{UID: &pod.UID}}
	w.untilDone("delete", pod, func() error {
		return w.fakelet.client.CoreV1().Pods(pod.Namespace).Delete(w.fakelet.ctx, pod.Name, options)
	})
}

// report sends what a kubelet would. The uid keeps it from a pod of the same name that came later.
func (w *podWorker) report(pod *corev1.Pod, status corev1.PodStatus) {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": pod.UID}, "status": wholeStatus(status)})
	if err != nil {
		log.Printf("status of %s/%s: %v", pod.Namespace, pod.Name, err)
		return
	}
	w.untilDone("patch", pod, func() error {
		pods := w.fakelet.client.CoreV1().Pods(pod.Namespace)
		_, err := pods.Patch(w.fakelet.ctx, pod.Name, types.StrategicMergePatchType, body, metav1.PatchOptions{}, "status")
		return err
	})
}

// wholeStatus says null for what is no longer so: lists of a strategic merge patch are merged by name and type.
func wholeStatus(status corev1.PodStatus) map[string]any {
	containers := make([]map[string]any, len(status.ContainerStatuses))
	for i, c := range status.ContainerStatuses {
		containers[i] = asMap(c)
		state := map[string]any{"waiting": nil, "running": nil, "terminated": nil}
		for name, value := range asMap(c.State) {
			state[name] = value
		}
		containers[i]["state"] = state
	}
	conditions := make([]map[string]any, len(status.Conditions))
	for i, c := range status.Conditions {
		conditions[i] = map[string]any{"type": c.Type, "status": c.Status, "lastTransitionTime": metav1.Now(), "reason": nil, "message": nil}
		if c.Reason != "" {
			conditions[i]["reason"] = c.Reason
		}
	}
	whole := asMap(status)
	whole["containerStatuses"], whole["conditions"] = containers, conditions
	return whole
}

func asMap(value any) map[string]any {
	text, _ := json.Marshal(value)
	result := map[string]any{}
	_ = json.Unmarshal(text, &result)
	return result
}

// untilDone asks again while the API server does not answer; a pod that is gone or another one is done.
func (w *podWorker) untilDone(what string, pod *corev1.Pod, ask func() error) {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := ask()
		isAnother := apierrors.IsConflict(err) && strings.Contains(err.Error(), "uid")
		if err == nil || apierrors.IsNotFound(err) || isAnother {
			return
		}
		if w.fakelet.ctx.Err() != nil {
			return
		}
		log.Printf("%s %s/%s: %v", what, pod.Namespace, pod.Name, err)
		if apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || !wait(w.fakelet.ctx, pause) {
			return
		}
	}
}
