package fakelet

import (
	"log"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func (f *fakelet) registerNode() error {
	nodes := f.client.CoreV1().Nodes()
	node, err := nodes.Create(f.ctx, newNode(), metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		node, err = nodes.Get(f.ctx, *nodeName, metav1.GetOptions{})
	}
	if err != nil {
		return err
	}
	node.Status = readyStatus()
	if _, err = nodes.UpdateStatus(f.ctx, node, metav1.UpdateOptions{}); err != nil {
		return err
	}
	// The admission plugin TaintNodesByCondition puts a not-ready taint on every new node.
	_, err = nodes.Patch(f.ctx, *nodeName, types.MergePatchType, []byte(`{"spec":{"taints":null}}`), metav1.PatchOptions{})
	return err
}

func newNode() *corev1.Node {
	labels := map[string]string{"kubernetes.io/hostname": *nodeName, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: *nodeName, Labels: labels}, Spec: corev1.NodeSpec{PodCIDR: "10.244.0.0/16"}}
}

func readyStatus() corev1.NodeStatus {
	room := corev1.ResourceList{
		"cpu":               resource.MustParse("1000"),
		"memory":            resource.MustParse("1000Gi"),
		"pods":              resource.MustParse("10000"),
		"ephemeral-storage": resource.MustParse("1000Gi"),
	}
	now := metav1.Now()
	return corev1.NodeStatus{
		Capacity:    room,
		Allocatable: room,
		Addresses:   []corev1.NodeAddress{{Type: "InternalIP", Address: hostIP}, {Type: "Hostname", Address: *nodeName}},
		NodeInfo:    corev1.NodeSystemInfo{KubeletVersion: "fakelet", OperatingSystem: "linux", Architecture: "amd64"},
		Conditions:  []corev1.NodeCondition{{Type: "Ready", Status: "True", Reason: "KubeletReady", LastHeartbeatTime: now, LastTransitionTime: now}},
	}
}

// bind does what the scheduler would: there is one node and it has room.
func (f *fakelet) bind(pod *corev1.Pod) {
	binding := &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID},
		Target:     corev1.ObjectReference{Kind: "Node", Name: *nodeName},
	}
	err := f.client.CoreV1().Pods(pod.Namespace).Bind(f.ctx, binding, metav1.CreateOptions{})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		log.Printf("bind %s/%s: %v", pod.Namespace, pod.Name, err)
	}
}
