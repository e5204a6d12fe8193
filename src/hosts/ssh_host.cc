#include "hosts/ssh_host.h"

#include <charconv>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "hosts/remote_script.h"
#include "hosts/ssh_failure.h"

namespace hikkoshi::hosts {

namespace {

constexpr int most_sessions = 8;          // sshd's MaxSessions is 10 unless its owner raised it.
constexpr size_t longest_line = 120'000;  // Linux' MAX_ARG_STRLEN is 128 KiB.
constexpr Millis script_limit{150'000};   // Longer than the locks and the transfer together.

/// A word that no output holds by accident.
std::string fresh_mark() {
  std::random_device random;
  return fmt::format("hikkoshi-{:08x}{:08x}", random(), random());
}

/// Standard output after its mark: what login scripts say before it is not the command's.
class Output {
 public:
  Output(std::string mark, std::function<void(std::string_view)> sink)
      : mark_(std::move(mark)), sink_(std::move(sink)) {}

  void take(std::string_view piece) {
    if (begun_) return sink_(piece);
    pending_ += piece;
    size_t at = pending_.find(mark_);
    if (at == std::string::npos) return;
    begun_ = true;
    std::string_view rest = std::string_view(pending_).substr(at + mark_.size());
    if (!rest.empty()) sink_(rest);
  }

  const std::string& noise() const { return pending_; }

 private:
  std::string mark_;
  std::function<void(std::string_view)> sink_;
  std::string pending_;
  bool begun_ = false;
};

/// The command's own end, as the wrapper wrote it.
struct Ending {
  int status = 0;
  bool stale = false;
  std::string error;  ///< Standard error without the mark.
};

std::optional<Ending> find_ending(const std::string& error, const std::string& mark) {
  size_t start = error.rfind("<" + mark + " ");
  size_t end = start == std::string::npos ? start : error.find('>', start);
  if (end == std::string::npos) return {};
  std::string word = error.substr(start + mark.size() + 2, end - start - mark.size() - 2);
  Ending ending{0, word == "stale", error.substr(0, start) + error.substr(end + 1)};
  std::from_chars(word.data(), word.data() + word.size(), ending.status);
  return ending;
}

/// Holds one of the host's turns.
struct Turn {
  explicit Turn(std::counting_semaphore<>& turns) : turns(turns) { turns.acquire(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { turns.release(); }
  std::counting_semaphore<>& turns;
};

void require_path(const std::string& path) {
  bool plain = path.starts_with('/') && path.size() > 1 && !path.ends_with('/');
  for (char c : path)
    if (static_cast<unsigned char>(c) < ' ') plain = false;
  if (!plain)
    throw Error(Retry::never,
                fmt::format("'{}' is not an absolute path of a file", printable(path)));
}

/// What a shell can compare as one word.
bool is_plain(const std::string& run) {
  return !run.empty() && run.find_first_not_of(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                             "tuvwxyz0123456789._:-") == run.npos;
}

std::string text_of(const std::string& error) {
  return printable(trim(error));
}

Error overtaken(const std::string& name, const std::string& holder) {
  return Error(
             Retry::never,
             fmt::format("another holder has raised the epoch of {}: '{}'", name, text_of(holder)),
             Exit::needs_human)
      .remedy("another hikkoshi works on this host; end one of the two before going on");
}

class SshForward : public Forward {
 public:
  SshForward(SshConnection& connection, int number) : connection_(connection), number_(number) {}
  SshForward(const SshForward&) = delete;
  SshForward& operator=(const SshForward&) = delete;
  ~SshForward() override { connection_.close_forward(number_); }
  Endpoint local() const override { return connection_.local_endpoint(number_); }
  std::string socket() const override { return connection_.local_socket(number_); }

 private:
  SshConnection& connection_;
  int number_;
};

}  // namespace

SshHost::SshHost(const Options& options)
    : epoch_folder_(options.epoch_folder),
      connection_({options.name, options.endpoint, options.user, options.config,
                   options.jump ? &options.jump->connection_ : nullptr, options.folder}),
      turns_(most_sessions) {
  require_path(epoch_folder_);
}

CommandResult SshHost::run(const Command& command, std::stop_token stop) {
  return run_held(command, hold_.copy(), stop);
}

CommandResult SshHost::run_held(const Command& command, const Hold& hold, std::stop_token stop) {
  HIKKOSHI_ASSERT(!command.arguments.empty());
  std::string mark = fresh_mark(), witness = fresh_mark();
  std::string line = "sh -c " + shell_quote(remote_script::run) + " sh " + mark + " " +
                     shell_quote(hold.file) + " " + shell_quote(hold.line);
  for (const std::string& word : command.arguments) line += " " + shell_quote(word);
  if (line.size() > longest_line)
    throw Error(Retry::never,
                fmt::format("{}: the command '{}' is {} bytes long, more than {}", name(),
                            printable(command.arguments[0]), line.size(), longest_line));
  Turn turn(turns_);
  connection_.open(stop);
  CommandResult result;
  auto keep = [&result](std::string_view piece) {
    result.output += piece;
  };
  Output output(mark, command.on_output ? command.on_output : keep);
  ProcessOptions options;
  options.arguments = connection_.session(line, witness);
  options.input = command.input;
  options.timeout = command.timeout;
  options.on_output = [&output](std::string_view piece) {
    output.take(piece);
  };
  auto ended = run_process(options, stop);
  if (auto ending = find_ending(ended.error, mark)) {
    if (ending->stale) throw overtaken(name(), ending->error);
    result.status = ending->status;
    result.error = std::move(ending->error);
    return result;
  }
  std::string what = fmt::format("{}: '{}'", name(), printable(command.arguments[0]));
  if (ended.error.find(witness) != std::string::npos &&
      ended.error.find("from master") == std::string::npos)
    throw Error(Retry::safe, fmt::format("{} was not started: {}", what,
                                         quoted_words(replace_all(ended.error, witness, ""))));
  if (ended.status < 128)
    throw Error(Retry::never,
                fmt::format("{}: the login shell ended with {} and did not run it: {}", what,
                            ended.status, text_of(output.noise() + ended.error)))
        .remedy("the account needs a login shell that runs commands, and sshd no ForceCommand");
  throw Error(Retry::ask, fmt::format("{}: the connection was lost before it ended: {}", what,
                                      quoted_words(ended.error)));
}

CommandResult SshHost::run_script(std::string_view script, std::vector<std::string> arguments,
                                  std::string input) {
  Command command;
  command.arguments = {"sh", "-c", std::string(script), "sh"};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.input = std::move(input);
  command.timeout = script_limit;
  return run_held(command, {}, {});  // Those that change something look at the epoch themselves.
}

void SshHost::fail(const std::string& action, const CommandResult& result) const {
  std::string what = fmt::format("cannot {} on {}", action, name());
  switch (result.status) {
    case remote_script::not_a_file:
      throw Error(Retry::never, what + ": it is not a regular file");
    case remote_script::no_folder:
      throw Error(Retry::never, what + ": there is no such folder");
    case remote_script::busy:
      throw Error(Retry::safe, what + ": another writer is at work there");
    case remote_script::stale:
      throw overtaken(name(), result.error);
    case remote_script::incomplete:
      throw Error(Retry::safe, what + ": only a part of the content arrived");
    default:
      break;
  }
  bool full = result.error.find("No space left on device") != std::string::npos ||
              result.error.find("Disk quota exceeded") != std::string::npos;
  throw Error(full ? Retry::safe : Retry::never,
              fmt::format("{}: {} (status {})", what, text_of(result.error), result.status));
}

std::optional<File> SshHost::read_file(const std::string& path) {
  require_path(path);
  auto result = run_script(remote_script::read, {path});
  if (result.status == remote_script::absent) return {};
  if (result.status != 0) fail("read " + path, result);
  size_t end = result.output.find('\n');
  auto words = split(std::string_view(result.output).substr(0, end), ' ');
  if (end == std::string::npos || words.size() != 4) fail("read " + path, result);
  File file;
  file.mode = mode_t(std::stoul(words[0], nullptr, 8));
  bool named = words[1].find("UNKNOWN") == std::string::npos;
  file.owner = named ? words[1] : words[2];
  file.content = result.output.substr(end + 1);
  return file;
}

void SshHost::write_file(const std::string& path, const File& file) {
  require_path(path);
  Hold hold = hold_.copy();
  auto result = run_script(remote_script::write,
                           {path, fmt::format("{:04o}", file.mode & 07777), file.owner,
                            std::to_string(file.content.size()), hold.file, hold.line},
                           file.content);
  if (result.status != 0) fail("write " + path, result);
}

void SshHost::remove_file(const std::string& path) {
  require_path(path);
  Hold hold = hold_.copy();
  auto result = run_script(remote_script::unlink, {path, hold.file, hold.line});
  if (result.status != 0) fail("remove " + path, result);
}

std::unique_ptr<Forward> SshHost::forward(const Remote& remote) {
  return std::make_unique<SshForward>(connection_, connection_.add_forward(remote));
}

void SshHost::raise_epoch(const std::string& run, std::uint64_t epoch) {
  if (!is_plain(run) || epoch > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
    throw Error(Retry::never, fmt::format("no epoch: {} of '{}'", epoch, printable(run)));
  std::string line = fmt::format("{} {}", epoch, run);
  Command command;
  command.arguments = {"sh",
                       "-c",
                       std::string(remote_script::raise),
                       "sh",
                       epoch_folder_,
                       run,
                       std::to_string(epoch)};
  command.timeout = script_limit;
  auto result = run_held(command, {}, {});  // Ours may be lower than the one that we raise to.
  if (result.status != 0) fail("raise the epoch", result);
  hold_.with([&](Hold& hold) { hold = {result.output, line}; });
}

void SshHost::drop_epoch(const std::string& run) {
  if (!is_plain(run)) throw Error(Retry::never, fmt::format("no run: '{}'", printable(run)));
  auto result = run_script(remote_script::drop, {epoch_folder_, run});
  if (result.status != 0) fail("drop the epoch", result);
  hold_.with([&](Hold& hold) {
    if (hold.line.ends_with(" " + run)) hold = {};
  });
}

}  // namespace hikkoshi::hosts
