package muster

import "time"

// An Attachment is a file that somebody has given us to keep. Its bytes lie elsewhere, under the ids in Original and Preview.
type Attachment struct {
	ID        ID
	Realm     ID
	Owner     ID // who has given it
	Kind      string
	Name      string            // of the file, without folders
	Labels    map[string]string // what it is for: of a setting's file, its key and whose setting it is
	Original  File
	Preview   *File // a small picture of a picture; nil: there is none
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
	Version   int64
}

// AttachmentSetting is the kind of attachments that are the value of a setting. Everybody may see such files, signed in or not:
// they are logos and the like.
const AttachmentSetting = "settings"

// The limits of files.
const (
	MaxFile       = 32 << 20 // bytes of one
	MaxFilesBytes = 1 << 30  // of one user, deleted ones included until their bytes are gone
	MaxFiles      = 10_000   // of one user, likewise
)

// A File is what is known of the bytes of an attachment.
type File struct {
	Blob      ID         `json:"blob"` // under which the bytes lie
	Size      int64      `json:"size"` // bytes
	Extension string     `json:"extension"`
	MediaType string     `json:"mediaType"`
	Image     *ImageSize `json:"image,omitempty"` // of the four types of pictures that are looked into
}

// An ImageSize is how large a picture is, in pixels, and whether it moves.
type ImageSize struct {
	Width    int  `json:"width"`
	Height   int  `json:"height"`
	Animated bool `json:"animated"`
}

// Bytes is how much room the attachment takes.
func (a *Attachment) Bytes() int64 {
	if a.Preview == nil {
		return a.Original.Size
	}
	return a.Original.Size + a.Preview.Size
}
