package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/dialect/corteza"
	"muster/internal/httpx"
	"muster/internal/script"
)

// scripts is a folder of scripts that speak Corteza's wire: the engine runs them, and the façade gives them what they are about
// and what they can call.
type scripts struct {
	*script.Folder
	log *slog.Logger
}

var _ core.Scripts = (*scripts)(nil)

// openScripts opens the folder of scripts, if one is named.
func (s *Server) openScripts(now func() time.Time) error {
	if s.cfg.Scripts == "" {
		return nil
	}
	if err := checkScripts(s.cfg); err != nil {
		return err
	}
	folder, err := script.Open(script.Config{Dir: s.cfg.Scripts, Now: now, Log: s.log})
	if err != nil {
		return fmt.Errorf("scripts: %w", err)
	}
	s.scripts = &scripts{folder, s.log}
	return nil
}

func checkScripts(cfg config.Config) error {
	if cfg.Scripts == "" {
		return nil
	}
	info, err := os.Stat(cfg.Scripts)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", cfg.Scripts)
	}
	if err != nil {
		return fmt.Errorf("scripts: %w (hint: --scripts names a folder that the server can read; it has folders such as welcome/server-scripts)", err)
	}
	return nil
}

// manualSpare is what is left to answer who runs a script by hand, if it takes as long as it may.
const manualSpare = 5 * time.Second

// Run runs a script of the folder.
func (s *scripts) Run(ctx context.Context, c *core.Core, r core.ScriptRun) error {
	args, err := corteza.ScriptArgs(r)
	if err != nil {
		return err
	}
	limits := script.DefaultLimits()
	switch {
	case r.Waits:
		limits = script.BeforeLimits()
	case r.Event == "onManual":
		limits.Time = httpx.AnswerTime - manualSpare
	}
	host := map[string]script.HostFunc{}
	for name, f := range corteza.HostFuncs(c, r) {
		host[name] = f
	}
	result, err := s.Folder.Run(ctx, script.Call{Script: r.Script, Args: args, Host: host, Limits: limits})
	if len(result.Log) > 0 {
		s.log.InfoContext(ctx, "a script writes", "script", r.Script, "event", r.Event, "lines", strings.Join(result.Log, "\n"))
	}
	if err != nil {
		return err
	}
	return corteza.TakeResult(r, result.Value)
}

// states counts the scripts that can run and those that can't.
func (s *scripts) states() map[string]float64 {
	states := map[string]float64{"good": 0, "broken": 0}
	for _, one := range s.Scripts() {
		if len(one.Errors) > 0 {
			states["broken"]++
		} else {
			states["good"]++
		}
	}
	return states
}
