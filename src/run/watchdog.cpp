#include "run/watchdog.h"

#include "base/activity.h"
#include "base/threads.h"
#include "base/timer.h"
#include "run/pulse_table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// Pulses a timeout, and the longest time between two.
constexpr double kPulsesOfTimeout = 8;
constexpr double kLongestPause = 2;
/// A thread that sleeps so many pauses too long was stopped with its process, and what it knows is old.
constexpr double kStopped = 2;
/// Of a core: a process that uses less does not compute.
constexpr double kBusy = 0.02;
/// A process that has read or written so many since the last pulse gets on, slow as its disk may be.
constexpr double kNotableBytes = 65536;
/// Where rank 0 is silent, a rank speaks so long and a pause after the one before it, if that has not ended the job.
constexpr double kTurn = 1;
constexpr int kMostTurns = 20;

using Token = std::array<std::uint64_t, 2>;  // of this job: other programs' messages are not read

enum class Word : std::int32_t { pulse, answer, farewell, end };

struct Message {
  Token token{};
  Word word = Word::pulse;
  Pulse pulse;
};
static_assert(std::is_trivially_copyable_v<Message>);

/// Where rank 0 may be reached. Sent as it is.
struct Address {
  std::uint32_t host = 0;  ///< in network order
  std::uint16_t port = 0;
};

struct Rendezvous {
  static constexpr std::size_t kMost = 16;
  Token token{};
  std::array<Address, kMost> addresses{};
  std::size_t count = 0;
};

sockaddr_in to_socket_address(const Address& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = address.host;
  to.sin_port = address.port;
  return to;
}

double processor_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

/// Bytes that this process has read and written; 0 where the system does not say.
double bytes_moved() {
  std::ifstream file("/proc/self/io");
  double bytes = 0;
  std::string name;
  for (double value = 0; file >> name >> value;) {
    bytes += name == "rchar:" || name == "wchar:" ? value : 0;
  }
  return bytes;
}

/// A socket at a port of the system's choice; −1: there is none.
int open_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  if (descriptor >= 0 && ::bind(descriptor, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) {
    ::close(descriptor);
    return -1;
  }
  return descriptor;
}

/// The addresses of this host with the socket's port, that of itself first.
Rendezvous rendezvous_at(int descriptor) {
  Rendezvous place;
  std::random_device random;
  for (std::uint64_t& word : place.token) {
    word = (static_cast<std::uint64_t>(random()) << 32) | random();
  }
  sockaddr_in own{};
  socklen_t length = sizeof own;
  ifaddrs* interfaces = nullptr;
  if (descriptor < 0 || ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &length) != 0) {
    return place;
  }
  place.addresses[place.count++] = {htonl(INADDR_LOOPBACK), own.sin_port};
  if (::getifaddrs(&interfaces) != 0) {
    return place;
  }
  for (const ifaddrs* at = interfaces; at != nullptr && place.count < Rendezvous::kMost; at = at->ifa_next) {
    const bool is_up = (at->ifa_flags & IFF_UP) != 0 && (at->ifa_flags & IFF_LOOPBACK) == 0;
    if (is_up && at->ifa_addr != nullptr && at->ifa_addr->sa_family == AF_INET) {
      place.addresses[place.count++] = {reinterpret_cast<const sockaddr_in*>(at->ifa_addr)->sin_addr.s_addr,
                                        own.sin_port};
    }
  }
  ::freeifaddrs(interfaces);
  return place;
}

/// Whatever the other threads are in the middle of.
void say(const std::string& line) {
  static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) == 0);
}

[[noreturn]] void end_job(const std::string& text) {
  if (!text.empty()) {
    say("trainer: error: " + text + "; resuming goes on from the newest checkpoint, where there is one\n");
  }
  ::_exit(static_cast<int>(kHung));
}

}  // namespace

/// The thread and its socket.
class Watchdog::Post {
 public:
  Post(double timeout, const JobHosts& hosts, Communicator& comm)
      : rank_(comm.rank()),
        timeout_(timeout),
        pause_(std::min(timeout / kPulsesOfTimeout, kLongestPause)),
        socket_(open_socket()),
        bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    std::array<Rendezvous, 1> place;
    if (rank_ == 0) {
      place[0] = rendezvous_at(socket_);
    }
    broadcast_values(comm, std::span<Rendezvous>(place), 0);
    place_ = place[0];
    table_.emplace(rank_ == 0 ? hosts : JobHosts{hosts.front()}, timeout_, clock_.seconds());
    clients_.resize(rank_ == 0 ? hosts.size() : 0);
    thread_ = thread_without_signals([this] { watch(); });
  }

  ~Post() {
    const std::uint64_t once = 1;
    static_cast<void>(::write(bell_, &once, sizeof once) == 0);
    thread_.join();
    ::close(bell_);
    if (socket_ >= 0) {
      ::close(socket_);
    }
  }
  Post(const Post&) = delete;
  Post& operator=(const Post&) = delete;

 private:
  void watch() {
    double next = 0;
    while (true) {
      const double wait = std::max(0.0, next - clock_.seconds());
      std::array<pollfd, 2> at = {{{bell_, POLLIN, 0}, {socket_, POLLIN, 0}}};
      ::poll(at.data(), at.size(), static_cast<int>(1000 * wait) + 1);
      if ((at[0].revents & POLLIN) != 0) {
        tell_others(Word::farewell);
        return;
      }
      listen();
      if (clock_.seconds() >= next + kStopped * pause_) {  // this process was itself stopped
        table_->restart(clock_.seconds());
      }
      if (clock_.seconds() >= next) {
        next = clock_.seconds() + pause_;
        take_pulse();
        judge();
      }
    }
  }

  void listen() {
    Message message;
    sockaddr_in from{};
    socklen_t length = sizeof from;
    while (socket_ >= 0 && ::recvfrom(socket_, &message, sizeof message, 0, reinterpret_cast<sockaddr*>(&from),
                                      &length) == static_cast<ssize_t>(sizeof message)) {
      if (message.token == place_.token) {
        rank_ == 0 ? hear_client(message, from) : hear_root(message, from);
      }
      length = sizeof from;
    }
  }

  void hear_client(const Message& message, const sockaddr_in& from) {
    const auto rank = static_cast<std::size_t>(message.pulse.rank);
    if (rank == 0 || rank >= clients_.size()) {
      return;
    }
    clients_[rank] = from;
    table_->hear(message.pulse, clock_.seconds());
    if (message.word == Word::farewell) {
      table_->dismiss(message.pulse.rank);
      return;
    }
    send(Word::answer, from);
  }

  void hear_root(const Message& message, const sockaddr_in& from) {
    switch (message.word) {
      case Word::end:
        end_job("");
      case Word::farewell:
        table_->dismiss(0);
        return;
      case Word::answer:
      case Word::pulse:
        root_ = from;
        table_->hear(message.pulse, clock_.seconds());
    }
  }

  /// Beats where the main thread has been through a call, or computes: what it burns while it waits does not count.
  void take_pulse() {
    const double now = clock_.seconds();
    const double used = processor_seconds();
    const std::int64_t messages = detail::messages.load(std::memory_order_relaxed);
    const bool is_waiting = detail::is_waiting.load(std::memory_order_relaxed);
    const double moved = bytes_moved();
    const bool computes =
        !is_waiting && (used - used_ >= kBusy * (now - pulse_time_) || moved - moved_ >= kNotableBytes);
    pulse_.rank = rank_;
    pulse_.activity = detail::activity.load(std::memory_order_relaxed);
    pulse_.step = detail::step.load(std::memory_order_relaxed);
    pulse_.beats += computes || messages != pulse_.messages ? 1 : 0;
    pulse_.messages = messages;
    pulse_.is_waiting = is_waiting;
    used_ = used;
    moved_ = moved;
    pulse_time_ = now;
    if (rank_ == 0) {
      table_->hear(pulse_, now);
    } else {
      tell_others(Word::pulse);
    }
  }

  void judge() {
    const double turn = (kTurn + pause_) * std::clamp(rank_ - 1, 0, kMostTurns);
    const double now = clock_.seconds() - turn;
    const std::string verdict = rank_ == 0 ? table_->verdict(now) : table_->silence(now);
    warn_of_unheard();
    if (!verdict.empty()) {
      tell_others(Word::end);
      end_job(verdict);
    }
  }

  /// Once: a rank that cannot be heard cannot be judged.
  void warn_of_unheard() {
    if (rank_ != 0 || has_warned_ || clock_.seconds() < timeout_) {
      return;
    }
    has_warned_ = true;
    if (const std::string unheard = table_->unheard(); !unheard.empty()) {
      say("trainer: warning: --step-timeout: no UDP from " + unheard + ": a job that hangs there is not ended\n");
    }
  }

  /// From rank 0 to all, from another to rank 0: at each of its addresses until one has answered.
  void tell_others(Word word) {
    if (rank_ == 0) {
      for (const std::optional<sockaddr_in>& client : clients_) {
        if (client) {
          send(word, *client);
        }
      }
    } else if (root_) {
      send(word, *root_);
    } else {
      for (std::size_t i = 0; i < place_.count; ++i) {
        send(word, to_socket_address(place_.addresses[i]));
      }
    }
  }

  void send(Word word, const sockaddr_in& to) {
    const Message message{place_.token, word, pulse_};
    if (socket_ >= 0) {
      ::sendto(socket_, &message, sizeof message, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
  }

  int rank_;
  double timeout_;
  double pause_;
  int socket_;
  int bell_;
  Timer clock_;
  Rendezvous place_;
  std::optional<PulseTable> table_;                  // rank 0: of all ranks; others: of rank 0
  std::vector<std::optional<sockaddr_in>> clients_;  // a rank
  std::optional<sockaddr_in> root_;
  bool has_warned_ = false;
  Pulse pulse_;
  double used_ = 0;
  double moved_ = 0;
  double pulse_time_ = 0;
  std::thread thread_;
};

Watchdog::Watchdog(double timeout, const JobHosts& hosts, Communicator& comm)
    : post_(std::make_unique<Post>(timeout, hosts, comm)) {}

Watchdog::~Watchdog() = default;

}  // namespace lockstep
