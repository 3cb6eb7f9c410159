package model

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/juju/charm/v12"
)

// Charm is an unpacked charm that was packed for the agents to download.
type Charm struct {
	charm.Charm
	URL, Sha256 string
	Archive     []byte
}

// addCharm reads and packs the folder. As with Juju's local charms, each one gets the next revision of its name.
func (m *Model) addCharm(folder string) (*Charm, error) {
	read, err := charm.ReadCharmDir(folder)
	if err != nil {
		return nil, fmt.Errorf("cannot read the charm in `%s`: %w", folder, err)
	}
	archive, err := pack(folder)
	if err != nil {
		return nil, fmt.Errorf("cannot pack the charm in `%s`: %w", folder, err)
	}
	added := &Charm{Charm: read, Archive: archive, Sha256: fmt.Sprintf("%x", sha256.Sum256(archive))}
	for revision := 0; added.URL == "" || m.Charms[added.URL] != nil; revision++ {
		added.URL = fmt.Sprintf("local:%s-%d", read.Meta().Name, revision)
	}
	m.Charms[added.URL] = added
	return added, nil
}

func pack(folder string) ([]byte, error) {
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		return addTo(writer, folder, path, entry)
	})
	if err != nil {
		return nil, err
	}
	err = writer.Close()
	return archive.Bytes(), err
}

func addTo(writer *zip.Writer, folder, path string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	header, err := zip.FileInfoHeader(info)
	if err != nil {
		return err
	}
	if header.Name, err = filepath.Rel(folder, path); err != nil {
		return err
	}
	if info.IsDir() {
		header.Name += "/"
	}
	out, err := writer.CreateHeader(header)
	if err != nil || info.IsDir() {
		return err
	}
	content, err := contentOf(path, info)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return err
}

func contentOf(path string, info fs.FileInfo) ([]byte, error) {
	if info.Mode()&fs.ModeSymlink == 0 {
		return os.ReadFile(path)
	}
	target, err := os.Readlink(path)
	return []byte(target), err
}
