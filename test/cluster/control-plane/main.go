// Command control-plane is etcd, kube-apiserver, kube-controller-manager, kubectl and fakelet in one file: one build and one
// link instead of five. The first argument names the program; under the name kubectl (a link) it is kubectl.
//
// The servers end by themselves when their standard input closes, which is when the process that started them is gone:
// a test run that was killed leaves nothing behind.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"

	"weir/controlplane/fakelet"
)

const usage = "usage: control-plane etcd|kube-apiserver|kube-controller-manager|fakelet|kubectl [flags]"

func main() {
	if filepath.Base(os.Args[0]) == "kubectl" {
		os.Exit(cli.Run(kubectl.NewDefaultKubectlCommand()))
	}
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	program := os.Args[1]
	os.Args = os.Args[1:]
	if program != "kubectl" {
		go endWithParent()
	}
	switch program {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(controllers.NewControllerManagerCommand()))
	case "fakelet":
		fakelet.Main()
	case "kubectl":
		os.Exit(cli.Run(kubectl.NewDefaultKubectlCommand()))
	default:
		fmt.Fprintf(os.Stderr, "%s: no such program\n%s\n", program, usage)
		os.Exit(2)
	}
}

// endWithParent waits for standard input to close, then asks the program to stop and, when it has not after two seconds, ends it.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	time.Sleep(2 * time.Second)
	os.Exit(1)
}
