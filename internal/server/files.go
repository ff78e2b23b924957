package server

import (
	"context"
	"fmt"
	"io"

	"muster/internal/blob"
	"muster/internal/config"
	"muster/internal/core"
)

// files is where the bytes of files are kept.
type files interface {
	core.Blobs
	io.Closer
}

// openFiles opens the bucket, or the folder if none is named.
func (s *Server) openFiles(ctx context.Context) error {
	if s.cfg.Files.S3URL == "" {
		folder, err := blob.OpenFolder(s.cfg.FilesFolder())
		if err != nil {
			return err // s.files stays nil
		}
		s.files = folder
		return nil
	}
	s3, err := blob.OpenS3(ctx, bucket(s.cfg))
	if err != nil {
		return fmt.Errorf("files, MUSTER_S3_URL: %w", err)
	}
	s.files = s3
	s.log.Info("files are kept in a bucket", "bucket", s3.String())
	return nil
}

func bucket(c config.Config) blob.S3Config {
	return blob.S3Config{URL: c.Files.S3URL, AccessKey: c.Files.S3AccessKey, SecretKey: c.Files.S3SecretKey, Folder: c.Data}
}
