// Package fakelet stands in for the scheduler and for every kubelet of a test cluster.
//
// It registers one Ready node, binds unscheduled pods to it and walks each pod through the states that a kubelet would
// report, without running any container. What a container does is read from its spec (plan.go).
//
// It does not do: restarts with real back-off lengths beyond the first, liveness and startup probes, init containers,
// eviction under pressure, volumes, logs, exec. A pod that is bound when fakelet starts is taken up as if just bound.
package fakelet

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var (
	kubeconfig = flag.String("kubeconfig", "", "kubeconfig file")
	nodeName   = flag.String("node", "fake-0", "name of the node to register")
	startDelay = flag.Duration("start-delay", 300*time.Millisecond, "time from a pod's binding to the start of its containers")
	stopDelay  = flag.Duration("stop-delay", 200*time.Millisecond, "time that a container without preStop takes to stop")
)

// fakelet knows every pod that lives on its node.
type fakelet struct {
	client kubernetes.Interface
	ctx    context.Context

	mu   sync.Mutex
	pods map[types.UID]*podWorker
	ips  uint32
}

// Main runs until it is signalled.
func Main() {
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	config.QPS, config.Burst = 500, 1000
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	f := &fakelet{client: kubernetes.NewForConfigOrDie(config), ctx: ctx, pods: map[types.UID]*podWorker{}}
	if err := f.registerNode(); err != nil {
		log.Fatal(err)
	}
	if err := f.watchPods(); err != nil {
		log.Fatal(err)
	}
	log.Printf("fakelet ready on node %s", *nodeName)
	<-ctx.Done()
}

func (f *fakelet) watchPods() error {
	factory := informers.NewSharedInformerFactory(f.client, 0)
	_, err := factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { f.observe(object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { f.observe(object.(*corev1.Pod)) },
		DeleteFunc: func(object any) {
			if tombstone, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = tombstone.Obj
			}
			if pod, ok := object.(*corev1.Pod); ok {
				f.forget(pod.UID)
			}
		},
	})
	if err != nil {
		return err
	}
	factory.Start(f.ctx.Done())
	factory.WaitForCacheSync(f.ctx.Done())
	return nil
}

// observe takes up what the API server says about a pod. It is called for one event at a time.
func (f *fakelet) observe(pod *corev1.Pod) {
	if pod.Spec.NodeName == "" {
		if pod.DeletionTimestamp == nil && len(pod.Spec.SchedulingGates) == 0 {
			go f.bind(pod)
		}
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	worker := f.pods[pod.UID]
	if worker == nil {
		if isFinished(pod) && pod.DeletionTimestamp == nil {
			return
		}
		worker = newPodWorker(f, pod)
		f.pods[pod.UID] = worker
	}
	worker.update(pod)
}

func (f *fakelet) forget(uid types.UID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if worker := f.pods[uid]; worker != nil {
		worker.stop()
		delete(f.pods, uid)
	}
}

func isFinished(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// wait is false when the context ended first. A negative time is for ever.
func wait(ctx context.Context, duration time.Duration) bool {
	if duration < 0 {
		<-ctx.Done()
		return false
	}
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
