package fakelet

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

const forever = time.Duration(-1)

// plan is what one container will do, known from its spec alone.
type plan struct {
	pullFails bool
	// startFails is the message of the container runtime; empty when the command starts.
	startFails string
	runFor     time.Duration
	exitCode   int32
	// ignoresTerm: sleep and sh as process 1 do not react to SIGTERM and are killed when the grace period is over.
	ignoresTerm bool
}

// planOf reads these signs:
//
//	image …does-not-exist…, …nonexistent…, …:error, …-argo-error   cannot be pulled
//	command …bad-command…, exit                                     cannot be started
//	command sleep N; true; false; echo                              runs N seconds; ends with 0; 1; 0
//	command sh -c "sleep 1 && exit 3"                               runs 1 second, ends with 3
//	anything else                                                   runs for ever
func planOf(container *corev1.Container) plan {
	if pullFails(container.Image) {
		return plan{pullFails: true}
	}
	argv := append(append([]string{}, container.Command...), container.Args...)
	if len(container.Command) == 0 {
		return plan{runFor: forever}
	}
	switch program := path.Base(argv[0]); {
	case strings.Contains(argv[0], "bad-command") || program == "exit":
		return plan{startFails: fmt.Sprintf("exec: %q: executable file not found in $PATH: unknown", argv[0])}
	case program == "sleep":
		length, ok := parseSleep(argv[1:])
		if !ok {
			return plan{exitCode: 1}
		}
		return plan{runFor: length, ignoresTerm: true}
	case program == "true" || program == "echo":
		return plan{}
	case program == "false":
		return plan{exitCode: 1}
	case program == "sh" || program == "bash" || program == "ash":
		return shellPlan(argv[1:])
	default:
		return plan{runFor: forever}
	}
}

func pullFails(image string) bool {
	return strings.Contains(image, "does-not-exist") || strings.Contains(image, "nonexistent") ||
		strings.HasSuffix(image, ":error") || strings.HasSuffix(image, "-argo-error")
}

func shellPlan(arguments []string) plan {
	hasScript := false
	for i, argument := range arguments {
		if strings.HasPrefix(argument, "-") {
			hasScript = hasScript || strings.Contains(argument, "c")
			continue
		}
		if hasScript {
			length, code := scriptOutcome(arguments[i])
			return plan{runFor: length, exitCode: code, ignoresTerm: true}
		}
	}
	return plan{runFor: forever}
}

// parseSleep reads the argument of sleep: a number with an optional unit s, m, h or d, or infinity.
func parseSleep(arguments []string) (time.Duration, bool) {
	if len(arguments) == 0 || arguments[0] == "" {
		return 0, false
	}
	text := arguments[0]
	if text == "infinity" {
		return forever, true
	}
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	unit, found := units[text[len(text)-1]]
	if found {
		text = text[:len(text)-1]
	} else {
		unit = time.Second
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number < 0 || number*float64(unit) > math.MaxInt64 {
		return 0, false
	}
	return time.Duration(number * float64(unit)), true
}

// scriptOutcome works out how long a shell script of sleeps and exits takes and how it ends. Of other commands it supposes
// that they succeed at once.
func scriptOutcome(script string) (time.Duration, int32) {
	var total time.Duration
	var code int32
	for _, sequence := range strings.Split(strings.ReplaceAll(script, "\n", ";"), ";") {
		for _, command := range strings.Split(sequence, "&&") {
			words := strings.Fields(command)
			if len(words) == 0 {
				continue
			}
			code = 0
			switch words[0] {
			case "sleep":
				length, ok := parseSleep(words[1:])
				switch {
				case !ok:
					code = 1
				case length < 0:
					return forever, 0
				default:
					total += length
				}
			case "exit":
				return total, exitCodeOf(words[1:])
			case "false":
				code = 1
			}
			if code != 0 {
				break
			}
		}
	}
	return total, code
}

func exitCodeOf(arguments []string) int32 {
	if len(arguments) == 0 {
		return 0
	}
	code, err := strconv.Atoi(arguments[0])
	if err != nil {
		return 2
	}
	return int32(code & 0xff)
}

// hookDelay is how long a postStart or preStop hook takes.
func hookDelay(hook *corev1.LifecycleHandler) time.Duration {
	if hook == nil {
		return 0
	}
	if hook.Sleep != nil {
		return time.Duration(hook.Sleep.Seconds) * time.Second
	}
	if hook.Exec == nil || len(hook.Exec.Command) == 0 {
		return 0
	}
	command := hook.Exec.Command
	if command[0] == "sleep" {
		length, _ := parseSleep(command[1:])
		return length
	}
	if len(command) == 3 && command[1] == "-c" {
		length, _ := scriptOutcome(command[2])
		return length
	}
	return 0
}
