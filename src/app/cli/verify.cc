#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "base/text.h"
#include "base/units.h"
#include "database/database.h"
#include "hosts/host.h"
#include "steps/attempt.h"
#include "traffic/http_probe.h"

namespace hikkoshi::app {

namespace {

Json compare(Session& session, const std::string& name) {
  database::CopyOptions options;
  database::Comparison result = session.drivers().transfer(name).compare(options, {});
  Json differences = Json::array();
  for (const database::Difference& difference : result.differences)
    differences.push_back({{"where", difference.where}, {"text", difference.text}});
  return {{"database", name},
          {"tables", result.tables},
          {"rows", result.rows},
          {"seconds", result.seconds},
          {"differences", differences}};
}

/// One answer of a service at one of its hosts, asked behind the balancers.
Json ask(Session& session, std::string_view side, const std::string& host,
         const move::Service& service, const move::Placement& placement) {
  Json seen{{"side", side}, {"host", host}, {"path", service.health}};
  auto error = steps::attempt([&] {
    Endpoint listens{session.drivers().address(side, host), placement.port};
    auto forward = session.drivers().host(side, host).forward({listens, ""});
    std::string name = service.names.empty() ? listens.host : service.names[0];
    auto answer = traffic::get(forward->local(), name, service.health, Millis(10'000));
    seen["status"] = answer.status;
    seen["ms"] = answer.took.count();
  });
  if (error) seen["error"] = error->what();
  seen["good"] = seen.value("status", 0) == 200;
  return seen;
}

void probe_service(Session& session, const std::string& name, const move::Service& service,
                   Json& all) {
  for (auto side : {move::Side::old_side, move::Side::new_side}) {
    const move::Placement& placement =
        side == move::Side::old_side ? service.old_side : service.new_side;
    for (const std::string& host : placement.hosts) {
      Json seen = ask(session, move::to_string(side), host, service, placement);
      seen["service"] = name;
      all.push_back(seen);
    }
  }
}

}  // namespace

Exit verify(const Options& options) {
  Session session(options);
  Json all = Json::array();
  bool equal = true;
  for (const std::string& name : session.names().transfers) {
    all.push_back(compare(session, name));
    equal = equal && all.back()["differences"].empty();
  }
  if (options.json) {
    print_json({{"databases", all}, {"equal", equal}});
  } else {
    for (const Json& one : all) {
      print(fmt::format(
          "{}: {} tables, {} rows compared in {:.1f} s: {}\n", one["database"].get<std::string>(),
          one["tables"].get<std::uint64_t>(), format_count(one["rows"].get<std::uint64_t>()),
          one["seconds"].get<double>(), one["differences"].empty() ? "equal" : "DIFFERENT"));
      for (const Json& difference : one["differences"])
        print(fmt::format("  {}: {}\n", printable(difference["where"].get<std::string>()),
                          printable(difference["text"].get<std::string>())));
    }
    if (all.empty()) say("the move file has no database on both sides");
  }
  return equal ? Exit::ok : Exit::mismatch;
}

Exit probe(const Options& options) {
  Session session(options);
  Json all = Json::array();
  for (const auto& [name, service] : session.move().services)
    if (options.service.empty() || options.service == name)
      probe_service(session, name, service, all);
  if (all.empty())
    throw Error(Retry::never, "the move file has no service '" + options.service + "'",
                Exit::usage);
  bool good = true;
  for (const Json& one : all) good = good && one["good"].get<bool>();
  if (options.json) {
    print_json({{"answers", all}});
  } else {
    for (const Json& one : all)
      print(fmt::format("{:<6} {} {}.{} {}: {}\n", one["good"].get<bool>() ? "ok" : "FAILED",
                        one["service"].get<std::string>(), one["side"].get<std::string>(),
                        one["host"].get<std::string>(), one["path"].get<std::string>(),
                        one.contains("error") ? printable(one["error"].get<std::string>())
                                              : fmt::format("{} in {} ms", one["status"].get<int>(),
                                                            one["ms"].get<long>())));
  }
  return good ? Exit::ok : Exit::failed;
}

}  // namespace hikkoshi::app
