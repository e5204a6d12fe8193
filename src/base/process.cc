#include "base/process.h"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

extern char** environ;

namespace hikkoshi {

namespace {

constexpr size_t error_limit = 64 << 10;
constexpr Millis patience{2000};

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    value_ = std::exchange(other.value_, -1);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (value_ >= 0) ::close(std::exchange(value_, -1));
  }
  int get() const { return value_; }

 private:
  int value_;
};

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw Error(Retry::safe, fmt::format("no pipe: {}", std::strerror(errno)));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<std::string> plain_environment() {
  static constexpr std::array<std::string_view, 8> kept{
      "PATH=", "HOME=", "LANG=", "LC_ALL=", "TERM=", "USER=", "SSH_AUTH_SOCK=", "TMPDIR="};
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry)
    for (std::string_view name : kept)
      if (std::string_view(*entry).starts_with(name)) result.emplace_back(*entry);
  return result;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const std::string& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

/// Forks and executes; the three descriptors become 0, 1 and 2. An exec that fails is reported
/// through a close-on-exec pipe, so that "cannot be started" is told from "exited with 127".
pid_t spawn(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
            std::array<int, 3> streams) {
  HIKKOSHI_ASSERT(!arguments.empty());
  std::vector<std::string> variables = environment.empty() ? plain_environment() : environment;
  std::vector<char*> argv = pointers(arguments), envp = pointers(variables);
  Pipe report = make_pipe();
  pid_t parent = ::getpid();
  pid_t pid = ::fork();
  if (pid < 0) throw Error(Retry::safe, fmt::format("cannot fork: {}", std::strerror(errno)));
  if (pid == 0) {
    for (int i = 0; i < 3; ++i) ::dup2(streams[size_t(i)], i);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::setpgid(0, 0);  // Ctrl-C is ours to pass on, at a safe point.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) ::execvpe(argv[0], argv.data(), envp.data());
    int code = errno;
    [[maybe_unused]] ssize_t told = ::write(report.write.get(), &code, sizeof code);
    ::_exit(127);
  }
  report.write.close();
  int code = 0;
  ssize_t got = 0;
  while ((got = ::read(report.read.get(), &code, sizeof code)) < 0 && errno == EINTR) {
  }
  if (got == sizeof code) {
    ::waitpid(pid, nullptr, 0);
    throw Error(Retry::never,
                fmt::format("cannot start {}: {}", arguments[0], std::strerror(code)));
  }
  return pid;
}

int decode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::optional<int> try_reap(pid_t pid) {
  int status = 0;
  pid_t got = ::waitpid(pid, &status, WNOHANG);
  if (got == pid) return decode(status);
  return {};
}

/// Asks a child to end, insists after `patience`, and reaps it.
int terminate(pid_t pid) {
  ::kill(pid, SIGTERM);
  SystemClock clock;
  for (Millis start = clock.steady(); clock.steady() - start < patience;) {
    if (auto status = try_reap(pid)) return *status;
    std::this_thread::sleep_for(Millis(5));
  }
  ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return decode(status);
}

/// The child's streams while it runs.
struct Streams {
  const ProcessOptions& options;
  ProcessResult& result;
  Descriptor input, output, error;
  size_t written = 0;

  bool open() const { return output.get() >= 0 || error.get() >= 0; }

  void feed() {
    std::string_view left = std::string_view(options.input).substr(written);
    if (!left.empty()) {
      ssize_t got = ::write(input.get(), left.data(), left.size());
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (got < 0) return input.close();  // EPIPE: a child may ignore its input.
      written += size_t(got);
    }
    if (written == options.input.size()) input.close();
  }

  void take(Descriptor& from, bool is_output) {
    char buffer[65536];
    ssize_t got = ::read(from.get(), buffer, sizeof buffer);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return from.close();
    std::string_view piece(buffer, size_t(got));
    if (!is_output) {
      result.error += piece;
      if (result.error.size() > error_limit)
        result.error.erase(0, result.error.size() - error_limit);
    } else if (options.on_output) {
      options.on_output(piece);
    } else {
      result.output += piece;
    }
  }

  /// Waits at most 50 ms for something to do and does it; false when there was nothing.
  bool step() {
    std::array<pollfd, 3> polls{
        {{input.get(), POLLOUT, 0}, {output.get(), POLLIN, 0}, {error.get(), POLLIN, 0}}};
    if (::poll(polls.data(), polls.size(), 50) <= 0) return false;
    if (polls[0].revents) feed();
    if (polls[1].revents) take(output, true);
    if (polls[2].revents) take(error, false);
    return true;
  }
};

/// Kills and reaps a child that was not waited for, when an exception passes.
struct Reaper {
  pid_t pid;
  ~Reaper() {
    if (pid > 0) terminate(pid);
  }
};

/// A child that ends before it has read its input must not end us.
void ignore_broken_pipes() {
  static const auto before = ::signal(SIGPIPE, SIG_IGN);
  (void)before;
}

}  // namespace

ProcessResult run_process(const ProcessOptions& options, std::stop_token stop) {
  ignore_broken_pipes();
  Pipe in = make_pipe(), out = make_pipe(), err = make_pipe();
  Reaper child{spawn(options.arguments, options.environment,
                     {in.read.get(), out.write.get(), err.write.get()})};
  in.read.close();
  out.write.close();
  err.write.close();
  for (const Descriptor* end : {&in.write, &out.read, &err.read})
    ::fcntl(end->get(), F_SETFL, O_NONBLOCK);
  ProcessResult result;
  Streams streams{options, result, std::move(in.write), std::move(out.read), std::move(err.read)};
  SystemClock clock;
  Millis start = clock.steady();
  std::optional<int> ended;
  for (bool busy = true; !ended || (streams.open() && busy);) {
    if (stop.stop_requested())
      throw Error(Retry::ask, options.arguments[0] + " was stopped", Exit::interrupted);
    if (clock.steady() - start > options.timeout)
      throw Error(Retry::ask, fmt::format("{} did not end within {} ms", options.arguments[0],
                                          options.timeout.count()));
    if (!ended && (ended = try_reap(child.pid))) {
      child.pid = -1;
      streams.input.close();
    }
    if (streams.open())
      busy = streams.step();  // A grandchild may hold our pipes open (ssh -f): quiet is the end.
    else
      std::this_thread::sleep_for(Millis(2));
    if (result.output.size() > options.output_limit)
      throw Error(Retry::never, fmt::format("{} wrote more than {} bytes", options.arguments[0],
                                            options.output_limit));
  }
  result.status = *ended;
  return result;
}

namespace {

/// Runs `work` on a thread that lives as long as the process. The kernel's parent-death signal
/// counts the death of the forking thread, and a step's thread dies long before its children.
template <typename Work>
auto on_lasting_thread(Work work) {
  using Task = std::packaged_task<pid_t()>;
  struct Queue {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Task> tasks;
  };
  // Shared with a detached thread that must outlive static destruction.
  static Queue& queue = *new Queue;
  static const bool started = [] {
    std::thread([] {
      for (;;) {
        std::unique_lock lock(queue.mutex);
        queue.wake.wait(lock, [] { return !queue.tasks.empty(); });
        Task task = std::move(queue.tasks.front());
        queue.tasks.pop_front();
        lock.unlock();
        task();
      }
    }).detach();
    return true;
  }();
  (void)started;
  Task task(std::move(work));
  auto result = task.get_future();
  {
    std::lock_guard lock(queue.mutex);
    queue.tasks.push_back(std::move(task));
  }
  queue.wake.notify_one();
  return result.get();
}

}  // namespace

BackgroundProcess::BackgroundProcess(const std::vector<std::string>& arguments,
                                     const std::string& log_path) {
  Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Descriptor log(::open(log_path.empty() ? "/dev/null" : log_path.c_str(),
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (log.get() < 0) throw Error(Retry::never, "cannot open " + log_path);
  pid_ = on_lasting_thread([&] {
    return spawn(arguments, {}, {nothing.get(), log.get(), log.get()});
  });
}

BackgroundProcess::~BackgroundProcess() {
  if (!exited()) terminate(pid_);
}

std::optional<int> BackgroundProcess::exited() {
  if (!status_) status_ = try_reap(pid_);
  return status_;
}

}  // namespace hikkoshi
