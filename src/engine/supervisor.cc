#include "engine/supervisor.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <thread>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace hikkoshi::engine {

namespace {

sigset_t signals(std::initializer_list<int> list) {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : list) sigaddset(&set, signal);
  return set;
}

void block(const sigset_t& set) {
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

[[noreturn]] void be_the_child(pid_t parent, const std::function<int(std::stop_token)>& engine) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(static_cast<int>(Exit::failed));  // It died before prctl.
  int code = with_stop_signals(engine);
  std::fflush(nullptr);
  ::_exit(code);
}

pid_t start(const SuperviseOptions& options, const std::function<int(std::stop_token)>& engine) {
  std::fflush(nullptr);  // What is buffered must not be written by both.
  pid_t parent = ::getpid();
  pid_t child = ::fork();
  if (child < 0) throw Error(Retry::safe, fmt::format("cannot fork: {}", std::strerror(errno)));
  if (child == 0) be_the_child(parent, engine);
  if (options.on_start) options.on_start(child);
  return child;
}

/// Waits until the child ended, passing stop signals on. Its wait status.
int attend(pid_t child, bool& stop_wanted) {
  sigset_t set = signals({SIGINT, SIGTERM, SIGCHLD});
  for (;;) {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) return status;
    siginfo_t info{};
    int signal = ::sigwaitinfo(&set, &info);
    if (signal != SIGINT && signal != SIGTERM) continue;
    stop_wanted = true;
    // A terminal's Ctrl-C went to the whole group, the child included.
    if (info.si_code != SI_KERNEL) ::kill(child, SIGTERM);
  }
}

/// Remembers deaths, and says when there were too many.
class Deaths {
 public:
  explicit Deaths(const SuperviseOptions& options) : options_(options) {}
  bool too_many() {
    Millis now = clock_.steady();
    times_.push_back(now);
    while (now - times_.front() > options_.window) times_.pop_front();
    return times_.size() > size_t(options_.limit);
  }

 private:
  const SuperviseOptions& options_;
  SystemClock clock_;
  std::deque<Millis> times_;
};

}  // namespace

int supervise(const SuperviseOptions& options, const std::function<int(std::stop_token)>& engine) {
  block(signals({SIGINT, SIGTERM, SIGCHLD}));
  Deaths deaths(options);
  bool stop_wanted = false;
  for (;;) {
    pid_t child = start(options, engine);
    // The child has these signals blocked from its birth on, so this one waits for it.
    if (stop_wanted) ::kill(child, SIGTERM);
    int status = attend(child, stop_wanted);
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    std::string death = fmt::format("the engine was killed by signal {} ({})", WTERMSIG(status),
                                    ::strsignal(WTERMSIG(status)));
    bool given_up = deaths.too_many();
    if (options.on_death)
      options.on_death(death + (given_up ? "; too often, it is not begun again" : ""));
    if (given_up) return static_cast<int>(Exit::needs_human);
  }
}

int with_stop_signals(const std::function<int(std::stop_token)>& engine) {
  sigset_t set = signals({SIGINT, SIGTERM});
  block(set);  // In this thread and all that it starts; sigwait takes them instead.
  std::stop_source stop;
  std::jthread listener([&](std::stop_token ended) {
    timespec moment{0, 100'000'000};
    while (!ended.stop_requested())
      if (::sigtimedwait(&set, nullptr, &moment) > 0) stop.request_stop();
  });
  return engine(stop.get_token());
}

}  // namespace hikkoshi::engine
