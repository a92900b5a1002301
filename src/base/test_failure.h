/// Failures on request, for tests of what becomes of a job whose one rank fails.
///
/// LOCKSTEP_TEST_FAIL=RANK:PHASE makes that rank (in the launcher's count) throw an Error (74) when it comes to that
/// phase. No other rank knows of it. PHASE is start, reading, leaf, reduction, solve, checkpoint or finish. With
/// `drift` the rank does not fail: one bit of its first gradient is another. Without the variable each place costs one
/// comparison.
#pragma once

namespace lockstep {

enum class TestPhase { none, start, reading, leaf, reduction, solve, checkpoint, finish, drift };

inline constexpr const char* kTestFailureVariable = "LOCKSTEP_TEST_FAIL";

namespace detail {
inline TestPhase phase_to_fail = TestPhase::none;  // written before there are threads
[[noreturn]] void fail_in(TestPhase phase);
}  // namespace detail

/// Takes the request of the environment, if this is the rank it is for. Before there are threads. Throws
/// ConfigurationError where it is not of the form above. Not Collective.
void take_test_failure(int rank);

/// A place where the phase is under way, outside of what ranks agree on.
inline void test_failure(TestPhase phase) {
  if (phase == detail::phase_to_fail) [[unlikely]] {
    detail::fail_in(phase);
  }
}

/// Whether this rank's numbers are to drift from the others'; once.
inline bool test_drift() {
  const bool drifts = detail::phase_to_fail == TestPhase::drift;
  if (drifts) [[unlikely]] {
    detail::phase_to_fail = TestPhase::none;
  }
  return drifts;
}

}  // namespace lockstep
