package bench

import (
	"os"
	"testing"
	"time"
)

func TestProcessorTime(t *testing.T) {
	before, ok := processorTime(os.Getpid())
	if !ok {
		t.Fatal("not known of this process")
	}
	for begun := time.Now(); time.Since(begun) < 10*clockTick; { // asking is work
		processorTime(os.Getpid())
	}
	after, ok := processorTime(os.Getpid())
	if !ok || after <= before {
		t.Errorf("%v, then %v", before, after)
	}
	if _, ok := processorTime(-1); ok {
		t.Error("known of no process")
	}
}

func TestPeakMemory(t *testing.T) {
	if peak, ok := peakMemory(os.Getpid()); !ok || peak < 1<<20 {
		t.Errorf("%d bytes, %t", peak, ok)
	}
}
