/// What a job's watchdogs know of its ranks, and when that is no more than a job that hangs.
#pragma once

#include "base/activity.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// What a rank says of itself. Sent as it is: ranks of a job are one program.
struct Pulse {
  std::int32_t rank = 0;
  Activity activity = Activity::starting;
  std::int64_t step = 0;
  std::int64_t messages = 0;  ///< communication calls that it has been through
  std::int64_t beats = 0;     ///< grows while it computes, and with each of these calls
  bool is_waiting = false;    ///< for other ranks
};

/// Times are seconds of one clock of the caller's.
class PulseTable {
 public:
  /// A host a rank. timeout > 0.
  PulseTable(std::vector<std::string> hosts, double timeout, double now);

  void hear(const Pulse& pulse, double now);

  /// The rank has said that it leaves: it need not answer any more.
  void dismiss(int rank);

  /// All count from now: the one that asks was itself stopped in between.
  void restart(double now);

  /// "no progress for 10 s: rank 2 on HOST does not answer (last seen training, after step 57)". Empty while every rank
  /// that was ever heard answers.
  std::string silence(double now) const;

  /// The same, or "… does not get on …" where no rank computes or comes through a call. Ranks that wait are not at
  /// fault while one does; where one was never heard, it may be the one.
  std::string verdict(double now) const;

  /// "rank 2 on HOST": those that were never heard.
  std::string unheard() const;

 private:
  struct Entry {
    Pulse last;
    std::string host;
    double heard = 0;
    bool was_heard = false;
    bool has_left = false;
  };

  std::string sentence(const std::vector<std::string>& found) const;
  std::vector<const Entry*> suspects() const;

  std::vector<Entry> ranks_;
  double timeout_;
  double beat_;  // when some rank last got on
};

}  // namespace lockstep
