// Command logcheck checks a transparency log in a folder with the Go team's code alone: the checkpoint's signature with
// sumdb/note, the root from the entry bundles with sumdb/tlog, each hash tile against the recomputed hashes, and the
// consistency of an older checkpoint where one is given.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: logcheck FOLDER VKEY [OLD-CHECKPOINT]")
		os.Exit(2)
	}
	size, root, err := check(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	fmt.Printf("accepted %d %s\n", size, root)
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("hash %d is not stored", index)
		}
		hashes[i] = m[index]
	}
	return hashes, nil
}

func head(file, vkey string) (int64, tlog.Hash, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 3 || lines[0] != verifier.Name() {
		return 0, tlog.Hash{}, errors.New("checkpoint is of another origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return size, root, err
}

func check(folder, vkey string, old []string) (int64, tlog.Hash, error) {
	size, root, err := head(filepath.Join(folder, "checkpoint"), vkey)
	if err != nil {
		return 0, root, err
	}
	var stored memory
	for index := int64(0); index*256 < size; index++ {
		width := min(256, size-index*256)
		entries, err := bundle(folder, index, int(width))
		if err != nil {
			return 0, root, err
		}
		for i, entry := range entries {
			hashes, err := tlog.StoredHashes(index*256+int64(i), entry, stored)
			if err != nil {
				return 0, root, err
			}
			stored = append(stored, hashes...)
		}
	}
	recomputed, err := tlog.TreeHash(size, stored)
	if err != nil {
		return 0, root, err
	}
	if recomputed != root {
		return 0, root, fmt.Errorf("entries give root %s, the checkpoint says %s", recomputed, root)
	}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		want, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return 0, root, err
		}
		name := strings.TrimPrefix(tile.Path(), "tile/8/")
		got, err := os.ReadFile(filepath.Join(folder, "tile", name))
		if err != nil {
			return 0, root, err
		}
		if !bytes.Equal(want, got) {
			return 0, root, fmt.Errorf("tile %s does not follow from the entries", name)
		}
	}
	for _, file := range old {
		before, beforeRoot, err := head(file, vkey)
		if err != nil {
			return 0, root, err
		}
		proof, err := tlog.ProveTree(size, before, stored)
		if err != nil {
			return 0, root, err
		}
		if err := tlog.CheckTree(proof, size, root, before, beforeRoot); err != nil {
			return 0, root, err
		}
	}
	return size, root, nil
}

func bundle(folder string, index int64, width int) ([][]byte, error) {
	tile := tlog.Tile{H: 8, L: 0, N: index, W: width}
	name := strings.TrimPrefix(tile.Path(), "tile/8/0/")
	data, err := os.ReadFile(filepath.Join(folder, "tile", "entries", name))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 {
			return nil, fmt.Errorf("entry bundle %s ends in a length", name)
		}
		length := int(data[0])<<8 | int(data[1])
		if len(data) < 2+length {
			return nil, fmt.Errorf("entry bundle %s ends in an entry", name)
		}
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if len(entries) != width {
		return nil, fmt.Errorf("entry bundle %s has %d entries, not %d", name, len(entries), width)
	}
	return entries, nil
}
