// Echoes POST /invoke with net/http, as a Go user would write it.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func invoke(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(body)
}

func main() {
	http.HandleFunc("/invoke", invoke)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("FC_SERVER_PORT"), nil))
}
