/// The promise: the same bits on any number of ranks and threads.
#include "cli/invariance.h"

namespace lockstep::testing {
namespace {

const Arguments kBreastCancer = {"--data", shipped("breast_cancer.csv")};

TEST(SameBitsOnEveryLayout, NewtonOnDenseRows) {
  expect_same_bits_on(kLayouts, kBreastCancer + kNewton);
}

TEST(SameBitsOnEveryLayout, SgdOnDenseRows) {
  expect_same_bits_on(kLayouts,
                      kBreastCancer + kSgd + Arguments{"--learning-rate", "1e-7", "--checkpoint-every", "1e"});
}

TEST(SameBitsOnEveryLayout, NewtonOnSparseRows) {
  const Scratch scratch;
  expect_same_bits_on(kLayouts, Arguments{"--data", scratch.write("made.svm", made_sparse_set())} + kNewton +
                                    Arguments{"--checkpoint-every", "1i"});
}

TEST(SameBitsOnEveryLayout, SgdOnSparseRows) {
  const Scratch scratch;
  expect_same_bits_on(kLayouts, Arguments{"--data", scratch.write("made.svm", made_sparse_set())} + kSgd +
                                    Arguments{"--learning-rate", "0.05", "--checkpoint-every", "7i"});
}

const char* const kThreeRows = "a,b,target\n0.5,2,no\n1.5,-1,yes\n-0.25,0.125,no\n";
const std::vector<Layout> kFewLayouts = {{0, 1}, {0, 3}, {2, 1}, {3, 1}, {5, 1}, {8, 2}};

TEST(SameBitsOnEveryLayout, NewtonOnFewerRowsThanRanks) {
  const Scratch scratch;
  expect_same_bits_on(kFewLayouts, Arguments{"--data", scratch.write("three.csv", kThreeRows)} + kNewton);
}

TEST(SameBitsOnEveryLayout, SgdOnFewerRowsThanRanks) {
  const Scratch scratch;
  expect_same_bits_on(kFewLayouts, Arguments{"--data", scratch.write("three.csv", kThreeRows)} + kSgd);
}

TEST(SameBitsOnEveryLayout, LinearModelOnDenseRows) {
  expect_same_bits_on(kFewLayouts, {"--data", shipped("diabetes.csv"), "--model", "linear", "--l2", "1e-3"});
}

}  // namespace
}  // namespace lockstep::testing
