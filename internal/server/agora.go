package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/dialect/agora"
	"muster/internal/httpx"
)

// apps are the applications of the configuration in the words of core.
func apps(cfg config.Config) (list []core.AppConfig) {
	for _, a := range cfg.Agora.Apps {
		list = append(list, core.AppConfig{
			Org: a.Org, Name: a.Name, AppID: a.AppID, Certificate: a.Certificate, ClientID: a.ClientID, ClientSecret: a.ClientSecret,
			Open: a.OpenRegistration, Main: a.Realm == "main",
			TokenLife: time.Duration(a.TokenTTL) * time.Second, MostUsers: a.MaxUsers, Calls: a.Limits,
		})
	}
	return list
}

// checkApps says what is wrong with the applications of the configuration.
func checkApps(cfg config.Config) error {
	if err := core.CheckApps(apps(cfg)); err != nil {
		return fmt.Errorf("[[agora.app]]: %w", err)
	}
	known := agora.Rows()
	for _, a := range cfg.Agora.Apps {
		for row := range a.Limits {
			if row != "*" && !known[row] {
				return fmt.Errorf("[[agora.app]]: %s/%s: limits has %q, which is no endpoint (hint: \"POST /users\", as in docs/dialects/agora.md, or \"*\" for all others)", a.Org, a.Name, row)
			}
		}
	}
	return nil
}

// listenAgora begins to listen for clients of Agora Chat that drop every prefix. There the applications stand at the root, and
// nothing else.
func (s *Server) listenAgora() error {
	if s.cfg.Agora.Listen == "" {
		return nil
	}
	l, err := net.Listen("tcp", s.cfg.Agora.Listen)
	if err != nil {
		return fmt.Errorf("listening for Agora: %w (hint: is another server using the port? choose one with --agora-listen)", err)
	}
	s.agoraListener = s.limit(l)
	s.agoraChain = httpx.NewHandler(s.httpOptions(), httpx.Mount("", agora.New(s.core, s.live, s.publicURL())))
	s.agora = httpx.NewServer(s.agoraChain, s.log)
	return nil
}

// running is how many requests are being answered, of both listeners.
func (s *Server) running() int64 {
	n := s.chain.Running()
	if s.agora != nil {
		n += s.agoraChain.Running()
	}
	return n
}

// connections are those of both listeners.
func (s *Server) connections() httpx.ConnCounts {
	n := s.listener.Counts()
	if s.agora != nil {
		more := s.agoraListener.Counts()
		n.Open, n.Refused = n.Open+more.Open, n.Refused+more.Refused
	}
	return n
}

// AgoraAddress is where the applications of Agora Chat stand at the root; "" for nowhere.
func (s *Server) AgoraAddress() string {
	if s.agora == nil {
		return ""
	}
	return s.agoraListener.Addr().String()
}

func (s *Server) serveAgora() {
	if s.agora == nil {
		return
	}
	// The fixed form of this line is a promise: scripts read the address from it.
	s.log.Info("listening for agora", "address", s.AgoraAddress())
	go func() {
		if err := s.agora.Serve(s.agoraListener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the address for Agora is served no more", "error", err)
		}
	}()
}

func (s *Server) drainAgora(ctx context.Context) error {
	if s.agora == nil {
		return nil
	}
	return s.agora.Shutdown(ctx)
}

func (s *Server) closeAgora() error {
	if s.agora == nil {
		return nil
	}
	err := s.agora.Close()
	_ = s.agoraListener.Close() // or the server has closed it
	return err
}
