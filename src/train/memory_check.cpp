#include "lockstep/train/memory_check.h"

#include "lockstep/base/errors.h"

#include <bit>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

double newton_bytes(Index parameters, const RowPartition& partition, int threads) {
  const auto p = static_cast<double>(parameters);
  const auto levels = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(partition.leaves)));
  const double packed = p * (p + 1) / 2 * sizeof(double);
  return packed * (threads * levels + 3) + p * p * sizeof(double) * (threads + 2);
}

void require_memory_for_newton(Index parameters, const RowPartition& partition, int threads) {
  const double needed = newton_bytes(parameters, partition, threads);
  const double present = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (needed > present) {
    throw ConfigurationError(
        fmt::format("newton needs about {:.3g} GB a rank for the Hessians of {} parameters (this "
                    "machine has {:.3g} GB): use --optimizer sgd",
                    needed / 1e9, parameters, present / 1e9));
  }
}

}  // namespace lockstep
