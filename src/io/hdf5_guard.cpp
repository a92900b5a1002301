#include "io/hdf5_guard.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <ctime>
#include <string_view>

#include <pthread.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// Of the process, as its signals are. What follows the first is written under the lock of the library.
struct Crash {
  std::atomic<int> rank = -1;                      // -1: crashes are left to themselves
  std::atomic<const std::string*> file = nullptr;  // that is being read; none: nobody is inside
  pthread_t thread{};                              // that reads it
  std::array<struct sigaction, 4> former{};        // a signal
  stack_t former_stack{};
  alignas(std::max_align_t) std::array<std::byte, 1 << 16> stack{};  // a handler's own: the thread's may be used up
};

Crash crash;

/// Only with what may be called in a handler.
void say_damaged(const std::string& file) {
  std::array<char, 1024> line{};
  std::size_t length = 0;
  const auto append = [&](std::string_view text) {
    length = static_cast<std::size_t>(std::ranges::copy(text, line.begin() + length).out - line.begin());
  };
  append("trainer: error: ");
  append(std::string_view(file).substr(0, 800));
  std::replace_if(
      line.begin(), line.begin() + length, [](unsigned char c) { return c < 0x20; }, '?');
  append(": damaged: the HDF5 library crashed reading it\n");
  static_cast<void>(::write(STDERR_FILENO, line.data(), length) == 0);
}

}  // namespace

void report_hdf5_crashes(int rank) {
  crash.rank = std::max(0, rank);
}

void Hdf5Guard::end_process(int signal) {
  const std::string* const file = crash.file;
  if (file == nullptr || pthread_equal(crash.thread, pthread_self()) == 0) {
    // Another thread's own crash: it comes again, to whom it would have come.
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      if (kSignals[i] == signal) {
        sigaction(signal, &crash.former[i], nullptr);
      }
    }
    return;
  }
  if (crash.rank > 0) {
    const timespec second = {.tv_sec = 1, .tv_nsec = 0};
    nanosleep(&second, nullptr);  // all ranks read the same file, and the end of one ends all
  }
  say_damaged(*file);
  _exit(static_cast<int>(ExitCode::bad_data));
}

Hdf5Guard::Hdf5Guard(const std::string& file) : lock_(hdf5_lock()) {
  if (crash.rank < 0 || crash.file != nullptr) {
    return;
  }
  is_outermost_ = true;
  crash.thread = pthread_self();
  crash.file = &file;
  stack_t stack{};
  stack.ss_sp = crash.stack.data();
  stack.ss_size = crash.stack.size();
  sigaltstack(&stack, &crash.former_stack);
  struct sigaction action {};
  action.sa_handler = end_process;
  action.sa_flags = SA_ONSTACK;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &action, &crash.former[i]);
  }
}

Hdf5Guard::~Hdf5Guard() {
  if (!is_outermost_) {
    return;
  }
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &crash.former[i], nullptr);
  }
  sigaltstack(&crash.former_stack, nullptr);
  crash.file = nullptr;
}

}  // namespace lockstep
