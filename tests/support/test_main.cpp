/// main() of the serial test binaries: numerics as in the trainer.
#include "base/numerics.h"

#include <gtest/gtest.h>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  lockstep::configure_numerics();
  return RUN_ALL_TESTS();
}
