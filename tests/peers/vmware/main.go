// A vCenter simulated by govmomi, on an address that is given: an inventory of -vm machines per pool.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	model := simulator.VPX()
	address := flag.String("l", "127.0.0.1:0", "address")
	secure := flag.Bool("tls", true, "TLS")
	flag.IntVar(&model.Machine, "vm", model.Machine, "machines per pool")
	flag.Parse()

	defer model.Remove()
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	if *secure {
		model.Service.TLS = new(tls.Config)
	}
	model.Service.Listen = &url.URL{Host: *address, User: url.UserPassword("hub", "kilowatt")}
	server := model.Service.NewServer()
	fmt.Println(server.URL.Host)

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
	server.Close()
}
