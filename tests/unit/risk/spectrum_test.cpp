/// The eigenvalue solver runs on one rank; the others take part in its products and have its answers.
#include "objective/spectrum.h"

#include <algorithm>

#include "support/problem_zoo.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

/// ½ Σ a_j w_j² on every rank; each oracle call is a collective, as over rows.
class SharedBowl final : public testing::FormulaObjective {
 public:
  SharedBowl(const Vector& a, Communicator& comm)
      : FormulaObjective(a.size(), {[a](const Vector& w) { return 0.5 * w.dot(a.cwiseProduct(w)); },
                                    [a](const Vector& w) { return Vector(a.cwiseProduct(w)); },
                                    [a](const Vector&) { return Matrix(a.asDiagonal()); }}),
        comm_(comm) {}

  bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) override {
    std::vector<double> asked(v.data(), v.data() + v.size());
    all_max(comm_, asked);
    EXPECT_TRUE(std::equal(asked.begin(), asked.end(), v.data())) << "ranks ask for different products";
    return FormulaObjective::curvature_product(w, v, kind, product);
  }
  void replicate(std::span<double> values) override { broadcast_values(comm_, values, 0); }
  bool leads() const override { return comm_.rank() == 0; }

 private:
  Communicator& comm_;
};

Spectrum solve(const SpectrumSettings& settings, Communicator& comm) {
  constexpr Index kSize = 60;
  Vector a = Vector::LinSpaced(kSize, 0.5, 40);
  a[7] = -2;
  SharedBowl bowl(a, comm);
  const Spectrum spectrum = extreme_eigenvalues(bowl, Vector::Zero(kSize), {}, settings);
  EXPECT_EQ(bowl.products, spectrum.products) << "rank " << comm.rank();
  return spectrum;
}

void expect_equal(const Spectrum& got, const Spectrum& expected) {
  EXPECT_EQ(got.smallest, expected.smallest);
  EXPECT_EQ(got.largest, expected.largest);
  EXPECT_EQ(got.converged, expected.converged);
  EXPECT_EQ(got.accuracy, expected.accuracy);
  EXPECT_EQ(got.products, expected.products);
}

TEST(SpectrumOfRanks, IsThatOfOne) {
  SerialCommunicator serial;
  for (const Index dense_limit : {0, 100}) {
    const SpectrumSettings settings{.dense_limit = dense_limit};
    const Spectrum expected = solve(settings, serial);
    EXPECT_NEAR(expected.smallest, -2, expected.accuracy);
    EXPECT_NEAR(expected.largest, 40, expected.accuracy);
    for (const int ranks : {1, 2, 3}) {
      testing::run_ranks(ranks, [&](Communicator& comm) { expect_equal(solve(settings, comm), expected); });
    }
  }
}

/// As on nodes whose libraries round differently: each rank's own solver would end after another number of products.
TEST(SpectrumOfRanks, IsNotPartedByWhatOneRankAloneWouldDo) {
  SerialCommunicator serial;
  const SpectrumSettings leading{.dense_limit = 0};
  const Spectrum expected = solve(leading, serial);
  testing::run_ranks(3, [&](Communicator& comm) {
    SpectrumSettings settings = leading;
    if (comm.rank() > 0) {
      settings.restarts = 1;
      settings.seed = static_cast<std::uint64_t>(comm.rank());
      settings.dense_limit = comm.rank() == 2 ? 100 : 0;
    }
    expect_equal(solve(settings, comm), expected);
  });
}

}  // namespace
}  // namespace lockstep
