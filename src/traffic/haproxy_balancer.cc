#include "traffic/haproxy_balancer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "traffic/haproxy_launch.h"
#include "traffic/page.h"

namespace hikkoshi::traffic {

namespace {

constexpr const char* program_file = "page.lua";

bool is_plain_path(const std::string& path) {
  return path.starts_with("/") && std::all_of(path.begin(), path.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '/' || c == '.' || c == '_' || c == '-';
         });
}

Error changed_by_others(const std::string& config) {
  return Error(Retry::never, config + " was changed by somebody else since it was prepared",
               Exit::needs_human)
      .remedy(fmt::format("compare it with {}.before-hikkoshi and bring one of the two states back",
                          config));
}

}  // namespace

HaproxyBalancer::HaproxyBalancer(Options options, hosts::Host& host, Clock& clock)
    : options_(std::move(options)),
      host_(host),
      clock_(clock),
      cli_(host, options_.master, clock, options_.patience) {
  if (options_.folder.empty())
    options_.folder = options_.config.substr(0, options_.config.rfind('/')) + "/hikkoshi";
  for (const std::string* path : {&options_.config, &options_.folder})
    if (!is_plain_path(*path))
      throw Error(Retry::never, fmt::format("{}: '{}' is no plain absolute path", options_.name,
                                            printable(*path)));
}

hosts::File HaproxyBalancer::read_config() {
  auto file = host_.read_file(options_.config);
  if (!file)
    throw Error(Retry::never, fmt::format("there is no {} on {}", options_.config, host_.name()));
  return *file;
}

std::optional<HaproxyBalancer::Record> HaproxyBalancer::read_record() {
  auto file = host_.read_file(record());
  if (!file) return {};
  Json json = parse_json(file->content, record());
  return Record{json.at("original").get<std::string>(), json.at("prepared").get<std::string>()};
}

std::vector<std::string> HaproxyBalancer::frontends(const HaproxySetup& setup) const {
  if (!options_.frontends.empty()) return options_.frontends;
  std::vector<std::string> names;
  for (const HaproxyFrontend& frontend : setup.frontends)
    if (frontend.http && frontend.traffic) names.push_back(frontend.name);
  return names;
}

void HaproxyBalancer::require_version(const std::string& version) const {
  auto numbers = split(version, '.');
  int major = numbers.empty() ? 0 : std::atoi(numbers[0].c_str());
  int minor = numbers.size() < 2 ? 0 : std::atoi(numbers[1].c_str());
  if (major > 2 || (major == 2 && minor >= 4)) return;
  throw Error(Retry::never, fmt::format("{} is HAProxy {}; 2.4 is the oldest that can change its "
                                        "lists in one transaction",
                                        options_.name, version));
}

// -------------------------------------------------------------------------------------- prepare

void HaproxyBalancer::prepare() {
  std::lock_guard lock(mutex_);
  require_version(cli_.processes().version);
  hosts::File config = read_config();
  bool marked = read_haproxy_config(config.content).marked;
  if (marked) {
    auto before = read_record();
    if (!before || before->prepared != sha256(config.content))
      throw changed_by_others(options_.config);
  } else {
    install(config);
  }
  host_.remove_file(candidate());
  if (marked && loaded()) return;
  std::string fault = cli_.reload(options_.reload_limit);
  if (fault.empty() && loaded()) return;
  auto original = host_.read_file(backup());
  if (!original) throw Error(Retry::never, "there is no " + backup(), Exit::needs_human);
  host_.write_file(options_.config, *original);
  cli_.reload(options_.reload_limit);
  remove_our_files();
  throw Error(Retry::never, fault.empty() ? "HAProxy did not load our rules" : fault)
      .in("preparing " + options_.name)
      .remedy("the configuration is as it was before; HAProxy's log says what it refused");
}

void HaproxyBalancer::install(const hosts::File& original) {
  HaproxyRules rules{frontends(read_haproxy_config(original.content)), options_.folder};
  std::string prepared = with_rules(original.content, rules);
  HaproxyLaunch launch = find_launch(host_, cli_.processes().master);
  auto fault = check_configuration(host_, launch, options_.config, options_.config);
  if (!fault.empty())
    throw Error(Retry::never,
                fmt::format("HAProxy would not load {} as it is: {}", options_.config, fault))
        .remedy("mend it first; what runs was loaded from something else");
  write_our_files(original, prepared);
  host_.write_file(candidate(), {prepared, original.mode, ""});
  fault = check_configuration(host_, launch, options_.config, candidate());
  if (!fault.empty()) {
    remove_our_files();
    throw Error(Retry::never,
                fmt::format("HAProxy refuses our rules in {}: {}", options_.config, fault));
  }
  host_.write_file(options_.config, {prepared, original.mode, ""});
}

void HaproxyBalancer::write_our_files(const hosts::File& original, const std::string& prepared) {
  hosts::Command make;
  make.arguments = {"mkdir", "-p", "--", options_.folder};
  auto made = host_.run(make);
  if (made.status != 0)
    throw Error(Retry::never,
                fmt::format("cannot make {}: {}", options_.folder, printable(trim(made.error))))
        .remedy(fmt::format("let the login of {} write there", host_.name()));
  for (const auto& [file, lines] : to_lists({Page{}, {}}))
    host_.write_file(path(file), {to_text(lines), 0644, ""});
  host_.write_file(path(switch_file), {to_text(to_lists({}).at(switch_file)), 0644, ""});
  host_.write_file(path(program_file), {page_program(options_.folder), 0644, ""});
  host_.write_file(backup(), {original.content, original.mode, ""});
  Json hashes{{"original", sha256(original.content)}, {"prepared", sha256(prepared)}};
  host_.write_file(record(), {canonical(hashes) + "\n", 0644, ""});
}

bool HaproxyBalancer::knows_rules(int worker) {
  return cli_.lines(worker, path(switch_file)).has_value();
}

bool HaproxyBalancer::loaded() {
  auto workers = cli_.processes().workers;
  return std::all_of(workers.begin(), workers.end(), [&](const HaproxyWorker& worker) {
    return worker.old || knows_rules(worker.pid);
  });
}

// -------------------------------------------------------------------------------------- restore

void HaproxyBalancer::restore() {
  std::lock_guard lock(mutex_);
  hosts::File config = read_config();
  auto before = read_record();
  bool marked = read_haproxy_config(config.content).marked;
  if (before && sha256(config.content) == before->prepared) {
    auto original = host_.read_file(backup());
    if (!original || sha256(original->content) != before->original)
      throw Error(Retry::never, backup() + " is not what was kept there", Exit::needs_human)
          .remedy("bring the configuration of before the move back by hand");
    host_.write_file(options_.config, *original);
  } else if (marked || (before && sha256(config.content) != before->original)) {
    throw changed_by_others(options_.config);
  }
  if (before) {
    auto workers = cli_.processes().workers;
    bool ours = std::any_of(workers.begin(), workers.end(), [&](const HaproxyWorker& worker) {
      return !worker.old && knows_rules(worker.pid);
    });
    std::string fault = ours ? cli_.reload(options_.reload_limit) : "";
    if (!fault.empty()) throw Error(Retry::never, fault).in("restoring " + options_.name);
  }
  remove_our_files();
}

void HaproxyBalancer::remove_our_files() {
  host_.remove_file(candidate());
  host_.remove_file(path(switch_file));
  for (const char* file : page_files) host_.remove_file(path(file));
  host_.remove_file(path(program_file));
  host_.remove_file(backup());
  host_.remove_file(record());
  hosts::Command remove;
  remove.arguments = {"rmdir", "--ignore-fail-on-non-empty", "--", options_.folder};
  host_.run(remove);  // That it is not there is as good.
}

// --------------------------------------------------------------------------------------- telling

void HaproxyBalancer::set_page(const std::optional<Page>& page) {
  if (page) check(*page);
  std::lock_guard lock(mutex_);
  HaproxySwitch before = require_prepared(), wanted = before;
  wanted.page = page;
  if (page) {
    wait_for_unprepared_workers();
    put_lists(before, wanted);
  }
  put(switch_file, to_lists(wanted).at(switch_file));
}

void HaproxyBalancer::forward_to(const std::optional<Endpoint>& target) {
  if (target) check_target(*target);
  std::lock_guard lock(mutex_);
  HaproxySwitch wanted = require_prepared();
  wanted.forward = target;
  if (target) wait_for_unprepared_workers();
  put(switch_file, to_lists(wanted).at(switch_file));
}

/// What was last told, when our rules are there to hear more.
HaproxySwitch HaproxyBalancer::require_prepared() {
  auto last = told();
  if (last && loaded()) return *last;
  throw Error(Retry::never, options_.name + " runs without our rules", Exit::needs_human)
      .remedy("was its configuration replaced since it was prepared? prepare it again");
}

/// As last told: the files, which are written first. Empty when they are not there.
std::optional<HaproxySwitch> HaproxyBalancer::told() {
  HaproxyLists lists;
  auto read = [&](const char* file) {
    auto content = host_.read_file(path(file));
    if (content) lists[file] = to_lines(content->content);
    return content.has_value();
  };
  if (!read(switch_file)) return {};
  if (!from_lists(lists).page) return from_lists(lists);  // Each file costs a journey to the host.
  for (const char* file : page_files) read(file);
  return from_lists(lists);
}

void HaproxyBalancer::wait_for_unprepared_workers() {
  Millis start = clock_.steady();
  for (;;) {
    auto workers = cli_.processes().workers;
    auto blind = std::find_if(workers.begin(), workers.end(), [&](const HaproxyWorker& worker) {
      return worker.old && !knows_rules(worker.pid);
    });
    if (blind == workers.end()) return;
    if (clock_.steady() - start >= options_.old_workers)
      throw Error(
          Retry::safe,
          fmt::format("worker {} of {} still serves clients of before our rules were loaded",
                      blind->pid, options_.name))
          .remedy("wait for it, or end it; `hard-stop-after` bounds it");
    clock_.sleep(Millis(100), {});
  }
}

/// The lists change one after the other: whoever is between them sees the page.
void HaproxyBalancer::put_lists(const HaproxySwitch& before, const HaproxySwitch& wanted) {
  HaproxyLists lists = to_lists(wanted);
  if (before.page && lists_differ(lists)) {
    HaproxySwitch wide = wanted;
    wide.page->paths.clear();
    wide.page->hosts.clear();
    put(switch_file, to_lists(wide).at(switch_file));
  }
  for (const char* file : page_files) put(file, lists.at(file));
}

bool HaproxyBalancer::lists_differ(const HaproxyLists& wanted) {
  auto workers = cli_.processes().workers;
  for (const char* file : page_files) {
    auto content = host_.read_file(path(file));
    if (!content || to_lines(content->content) != wanted.at(file)) return true;
    for (const HaproxyWorker& worker : workers) {
      auto running = cli_.lines(worker.pid, path(file));
      if (running && running != wanted.at(file)) return true;
    }
  }
  return false;
}

/// The file, then every worker, then every worker read back; again when one came meanwhile.
void HaproxyBalancer::put(const std::string& file, const HaproxyLines& lines) {
  host_.write_file(path(file), {to_text(lines), 0644, ""});
  Millis start = clock_.steady();
  for (;;) {
    auto workers = cli_.processes().workers;
    bool all = true;
    for (const HaproxyWorker& worker : workers) {
      auto has = cli_.lines(worker.pid, path(file));
      if (!has && worker.old) continue;
      if (has && has != lines && cli_.replace(worker.pid, path(file), lines))
        has = cli_.lines(worker.pid, path(file));
      all = all && has == lines;
    }
    if (all && cli_.processes().workers == workers) return;
    if (clock_.steady() - start >= options_.patience)
      throw Error(Retry::ask,
                  fmt::format("not every worker of {} has taken {}", options_.name, file));
    clock_.sleep(Millis(20), {});
  }
}

// ----------------------------------------------------------------------------------------- state

State HaproxyBalancer::state() {
  std::lock_guard lock(mutex_);
  State state;
  hosts::File config = read_config();
  HaproxySetup setup = read_haproxy_config(config.content);
  auto before = read_record();
  auto workers = cli_.processes().workers;
  read_running(workers, state);
  bool written = setup.marked && before && before->prepared == sha256(config.content);
  if (setup.marked && !written) state.difference = options_.config + " was changed since prepared";
  state.prepared = state.prepared && written;
  read_statistics(setup, workers, state);
  return state;
}

std::optional<HaproxyLists> HaproxyBalancer::running(int worker) {
  HaproxyLists lists;
  for (const char* file : {switch_file, page_files[0], page_files[1], page_files[2]}) {
    auto lines = cli_.lines(worker, path(file));
    if (!lines) return {};
    lists[file] = std::move(*lines);
  }
  return lists;
}

/// What is told now, by the present worker; where another or the file disagrees is the difference.
void HaproxyBalancer::read_running(const std::vector<HaproxyWorker>& workers, State& state) {
  std::optional<HaproxySwitch> seen;
  std::vector<std::string> differences;
  state.prepared = true;
  for (const HaproxyWorker& worker : workers) {
    auto lists = running(worker.pid);
    if (!lists) {
      if (!worker.old) state.prepared = false;
      continue;
    }
    HaproxySwitch now = from_lists(*lists);
    if (seen && seen != now)
      differences.push_back(fmt::format("worker {} was told something else", worker.pid));
    if (!seen) seen = now;
  }
  if (!seen) return;
  state.page = seen->page;
  state.forward = seen->forward;
  auto last = told();
  if (!last)
    differences.push_back(path(switch_file) + " is missing");
  else if (*last != *seen)
    differences.push_back("the files say something else than what runs");
  state.difference = join(differences, "; ");
}

void HaproxyBalancer::read_statistics(const HaproxySetup& setup,
                                      const std::vector<HaproxyWorker>& workers, State& state) {
  for (const HaproxyWorker& worker : workers) {
    auto csv = cli_.ask(worker.pid, "show stat");
    if (!csv) continue;
    for (const HaproxyRow& row : parse_statistics(*csv)) count(row, setup, worker.old, state);
  }
}

void HaproxyBalancer::count(const HaproxyRow& row, const HaproxySetup& setup, bool old,
                            State& state) {
  auto names = frontends(setup);
  bool listened = std::find(names.begin(), names.end(), row.proxy) != names.end();
  if (row.kind == HaproxyRow::Kind::frontend && listened) state.requests += row.requests;
  if (row.kind == HaproxyRow::Kind::frontend) return;
  bool own = false;
  for (const HaproxyFrontend& frontend : setup.frontends) {
    if (std::find(names.begin(), names.end(), frontend.name) == names.end()) continue;
    const auto& backends = frontend.chooses ? setup.backends : frontend.backends;
    own = own || std::find(backends.begin(), backends.end(), row.proxy) != backends.end();
  }
  if (!own) return;
  state.in_flight += row.queued;
  if (row.kind != HaproxyRow::Kind::server) return;
  state.in_flight += row.sessions;
  bool up = row.status.starts_with("UP") || row.status == "no check";
  if (old || up) return;
  std::string why = row.check.empty() ? "" : fmt::format(" ({})", row.check);
  state.sick.push_back(fmt::format("{}/{}: {}{}", row.proxy, row.name, row.status, why));
}

}  // namespace hikkoshi::traffic
