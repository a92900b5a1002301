/// main() of the tests on the reference data sets: where there are none, says so and passes.
#include "cli/reference/reference_data.h"

#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (std::getenv("LOCKSTEP_TEST_DATA") == nullptr) {
    std::cout << "reference data: not run (LOCKSTEP_TEST_DATA is not set)\n";
    return 0;
  }
  return RUN_ALL_TESTS();
}

std::string lockstep::testing::reference(const std::string& name) {
  return std::string(std::getenv("LOCKSTEP_TEST_DATA")) + "/" + name;
}
