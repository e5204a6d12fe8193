// For tests: a Knot primary and secondary of "shop.test" on loopback, started and ended with this
// object. Every process has addresses of its own, so that tests may run side by side.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/secret.h"

namespace hikkoshi::dns {

class KnotPair {
 public:
  static constexpr int port = 5353;

  KnotPair() {
    primary_ = address(32);
    secondary_ = address(100);
    write_zone();
    write_configuration("primary", primary_, secondary_,
                        "  - id: limited\n    key: limited\n    action: update\n"
                        "    update-type: [A, AAAA, CNAME]\n    update-owner: name\n"
                        "    update-owner-match: equal\n"
                        "    update-owner-name: [www.shop.test.]\n"
                        "  - id: ours\n    address: 127.0.0.0/8\n    key: mover\n"
                        "    action: [transfer, update]\n",
                        "    zonefile-sync: -1\n    notify: other\n    acl: [ours, limited]\n");
    write_configuration("secondary", secondary_, primary_,
                        "  - id: ours\n    address: 127.0.0.0/8\n    key: mover\n"
                        "    action: [transfer, notify]\n",
                        "    zonefile-sync: 0\n    master: other\n    acl: ours\n");
    start_primary();
    wait_for(primary_, 1);
    start_secondary();
    wait_for(secondary_, 1);
  }

  const std::string& primary() const { return primary_; }
  const std::string& secondary() const { return secondary_; }
  std::string folder() const { return folder_.path(); }

  /// 32 bytes that serve nothing but these tests.
  static Secret key(const std::string& name = "mover",
                    const std::string& data = "aGlra29zaGktdGVzdC1rZXktb2YtMzItYnl0ZXMhISE=") {
    return Secret("hmac-sha256:" + name + ":" + data);
  }

  void start_primary() { primary_process_ = start("primary"); }
  void start_secondary() { secondary_process_ = start("secondary"); }
  void stop_primary() { primary_process_.reset(); }
  void stop_secondary() { secondary_process_.reset(); }

  /// Lines for Knot's own knsupdate: the hand of somebody else. Throws when they are refused.
  void update(const std::string& lines) {
    const std::string server = primary_ + " " + std::to_string(port);
    ProcessResult result = run({"knsupdate", "-v", "-y", key().reveal()},
                               "server " + server + "\nzone shop.test.\n" + lines + "send\n");
    if (result.status != 0) throw Error(Retry::never, "knsupdate: " + result.error + result.output);
  }

  /// What kdig prints with +short.
  static std::string dig(const std::string& server, const std::string& name,
                         const std::string& type) {
    return run({"kdig", "@" + server, "-p", std::to_string(port), "+short", "+tcp", "+time=1",
                "+retry=0", name, type})
        .output;
  }

  /// Until the server has at least this serial.
  void wait_for(const std::string& server, unsigned serial) {
    for (int i = 0; i < 400; ++i) {
      if (serial_at(server) >= serial) return;
      usleep(25'000);
    }
    throw Error(Retry::never, "Knot does not get there:\n" + read_file(folder() + "/primary/log") +
                                  read_file(folder() + "/secondary/log"));
  }

  unsigned serial_at(const std::string& server) const {
    std::string soa = dig(server, "shop.test", "SOA");
    unsigned serial = 0;
    std::sscanf(soa.c_str(), "%*s %*s %u", &serial);
    return serial;
  }

  /// 127.X.Y.Z, different for every process number up to 4 million; `first` 68 apart.
  static std::string address(unsigned first) {
    auto number = static_cast<unsigned>(getpid());
    return "127." + std::to_string(first + number / 62500) + "." +
           std::to_string(number / 250 % 250) + "." + std::to_string(number % 250 + 1);
  }

 private:
  static ProcessResult run(std::vector<std::string> arguments, const std::string& input = "") {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    options.input = input;
    options.timeout = Millis(10'000);
    return run_process(options);
  }

  void write_zone() {
    for (const char* each : {"primary", "secondary"}) {
      run({"mkdir", "-p", folder() + "/" + each + "/db"});
    }
    write_file_atomically(folder() + "/primary/shop.test.zone",
                          "$ORIGIN shop.test.\n$TTL 60\n@ SOA ns1 hostmaster 1 30 10 600 5\n"
                          "@ NS ns1\n@ NS ns2\nns1 A " +
                              primary_ + "\nns2 A " + secondary_ +
                              "\n@ A 127.10.5.1\nwww A 127.10.5.1\ntwo A 127.10.5.1\n"
                              "two A 127.10.5.2\nsix AAAA 2001:db8::1\napi CNAME www\n"
                              "noted A 127.10.5.1\nnoted TXT \"v=spf1 -all\"\npost MX 10 mail\n"
                              "guarded A 127.10.5.1\nguarded CAA 0 issue \"ca.example\"\n"
                              "*.wild A 127.10.5.1\nsub NS ns.elsewhere.example.\n" +
                              many_addresses());
  }

  /// Too many for a datagram of 512 bytes.
  static std::string many_addresses() {
    std::string lines;
    for (int i = 1; i <= 60; ++i) lines += "many A 127.30.0." + std::to_string(i) + "\n";
    return lines;
  }

  void write_configuration(const std::string& role, const std::string& own,
                           const std::string& other, const std::string& acl,
                           const std::string& zone) {
    const std::string here = folder() + "/" + role;
    const std::string at = "@" + std::to_string(port) + "\n";
    write_file_atomically(
        here + "/knot.conf",
        "server:\n    rundir: " + here + "\n    listen: " + own + at +
            "    udp-workers: 1\n    tcp-workers: 2\n    background-workers: 1\n" +
            "log:\n  - target: " + here + "/log\n    any: info\n" + "database:\n    storage: " +
            here + "/db\n    journal-db-max-size: 32M\n    timer-db-max-size: 5M\n" +
            "    kasp-db-max-size: 5M\n    catalog-db-max-size: 5M\n" + keys() +
            "remote:\n  - id: other\n    address: " + other + at + "    via: " + own +
            "\n    key: mover\n" + "acl:\n" + acl + "zone:\n  - domain: shop.test\n    storage: " +
            here + "\n    file: \"%s.zone\"\n    zonefile-load: whole\n" +
            "    journal-content: changes\n" + zone);
  }

  static std::string keys() {
    const std::string secret = key().reveal().substr(key().reveal().rfind(':') + 1);
    std::string lines = "key:\n";
    for (const char* name : {"mover", "limited", "stranger"}) {
      lines += std::string("  - id: ") + name +
               "\n    algorithm: hmac-sha256\n    secret: " + secret + "\n";
    }
    return lines;
  }

  std::unique_ptr<BackgroundProcess> start(const std::string& role) {
    const std::string here = folder() + "/" + role;
    return std::make_unique<BackgroundProcess>(
        std::vector<std::string>{"/usr/sbin/knotd", "-c", here + "/knot.conf"}, here + "/out");
  }

  TemporaryFolder folder_;
  std::string primary_, secondary_;
  std::unique_ptr<BackgroundProcess> primary_process_, secondary_process_;
};

}  // namespace hikkoshi::dns
