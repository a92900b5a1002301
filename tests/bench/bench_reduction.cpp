/// What bit-identical sums cost: TreeReducer::all_reduce against MPI_Allreduce(MPI_SUM) of as many doubles.
///
///   mpirun -n 2 bench_reduction
///
/// Each repetition times both, one after the other, each behind a barrier; a repetition lasts as long as its slowest
/// rank. The medians are printed. Sums and buffers are filled anew outside the timed section.
#include "comm/tree_reducer.h"
#include "lockstep/comm/mpi_communicator.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <mpi.h>
#include <unistd.h>

using namespace lockstep;

namespace {

constexpr std::int64_t kLeaves = 64;
constexpr Index kHeader = 2;  // Σs and Σsℓ, as in training
constexpr double kSecondsPerPayload = 2.5;
constexpr int kMinRepetitions = 25;
constexpr int kMaxRepetitions = 4000;

struct Medians {
  double tree_seconds = 0;
  double allreduce_seconds = 0;
  double ratio() const { return tree_seconds / allreduce_seconds; }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The median over repetitions of the slowest rank's time. Collective.
double median_of_slowest(const std::vector<double>& mine) {
  std::vector<double> slowest(mine.size());
  MPI_Allreduce(mine.data(), slowest.data(), static_cast<int>(mine.size()), MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return median(std::move(slowest));
}

template <typename Work>
double timed(const Work& work) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double begin = MPI_Wtime();
  work();
  return MPI_Wtime() - begin;
}

/// Both reductions of one payload, with the buffers of a training run: allocated once and used again.
class Contest {
 public:
  Contest(Communicator& comm, Index payload)
      : comm_(comm),
        shape_{.header = kHeader, .payload = payload, .scalar = Scalar::float64},
        plan_(kLeaves, runs(comm.size())),
        reducer_(comm),
        values_(static_cast<std::size_t>(payload), 1.0 + comm.rank()),
        received_(values_.size()) {}

  double tree() {
    nodes_.reset(shape_);
    for (const TreeNode& node : plan_.nodes(comm_.rank())) {
      std::ranges::copy(values_, nodes_.open(node).payload<double>().begin());
    }
    return timed([&] { reducer_.all_reduce(plan_, RidingWords{}, nodes_, total_); });
  }

  double allreduce() {
    sent_ = values_;
    return timed([&] {
      MPI_Allreduce(sent_.data(), received_.data(), static_cast<int>(sent_.size()), MPI_DOUBLE, MPI_SUM,
                    MPI_COMM_WORLD);
    });
  }

 private:
  static std::vector<Run> runs(int ranks) {
    std::vector<Run> all;
    for (int rank = 0; rank < ranks; ++rank) {
      all.push_back(worker_run(rank, ranks, kLeaves));
    }
    return all;
  }

  Communicator& comm_;
  PartialShape shape_;
  ReductionPlan plan_;
  TreeReducer reducer_;
  NodeStack nodes_;
  Partial total_;
  std::vector<double> values_;
  std::vector<double> sent_;
  std::vector<double> received_;
};

/// As many repetitions as the time allows, the same number on every rank. Collective.
int repetitions(Communicator& comm, Contest& contest) {
  constexpr int kTrials = 5;
  contest.tree();
  contest.allreduce();
  const double begin = MPI_Wtime();
  for (int i = 0; i < kTrials; ++i) {
    contest.tree();
    contest.allreduce();
  }
  const double seconds = (MPI_Wtime() - begin) / kTrials;
  int count =
      static_cast<int>(std::clamp(kSecondsPerPayload / seconds, double{kMinRepetitions}, double{kMaxRepetitions}));
  broadcast_values(comm, std::span(&count, 1), 0);
  return count;
}

Medians run(Communicator& comm, Index payload) {
  Contest contest(comm, payload);
  std::vector<double> tree(static_cast<std::size_t>(repetitions(comm, contest)));
  std::vector<double> allreduce(tree.size());
  for (std::size_t i = 0; i < tree.size(); ++i) {
    tree[i] = contest.tree();
    allreduce[i] = contest.allreduce();
  }
  return {median_of_slowest(tree), median_of_slowest(allreduce)};
}

bool more_ranks_than_cores() {
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int ranks = 0;
  MPI_Comm_size(node, &ranks);
  MPI_Comm_free(&node);
  return ranks > sysconf(_SC_NPROCESSORS_ONLN);
}

}  // namespace

int main() {
  const MpiEnvironment environment;
  MpiCommunicator comm;
  const bool oversubscribed = more_ranks_than_cores();
  const bool speaks = comm.rank() == 0;
  if (speaks) {
    std::printf("Reduction over %d ranks, %lld leaves\n%10s %14s %16s %8s\n", comm.size(),
                static_cast<long long>(kLeaves), "doubles", "tree (us)", "allreduce (us)", "ratio");
  }
  double log_ratios = 0;
  int payloads = 0;
  for (Index payload = 10; payload <= 1'000'000; payload *= 10) {
    const Medians medians = run(comm, payload);
    log_ratios += std::log(medians.ratio());
    ++payloads;
    if (speaks) {
      std::printf("%10lld %14.1f %16.1f %8.2f\n", static_cast<long long>(payload), 1e6 * medians.tree_seconds,
                  1e6 * medians.allreduce_seconds, medians.ratio());
      std::fflush(stdout);
    }
  }
  if (speaks) {
    std::printf("geometric mean of the ratios: %.2f%s\n", std::exp(log_ratios / payloads),
                oversubscribed ? " (more ranks than cores: reported, not judged)" : "");
  }
  return 0;
}
