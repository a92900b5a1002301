#include "base/memory_limit.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMountsOfVersion2 =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
    "31 23 0:27 / /proc rw - proc proc rw\n";
constexpr const char* kMountsOfVersion1 =
    "33 30 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

/// /proc and /sys of a machine with 8 GB available, made in a temporary folder.
class MemoryLimit : public ::testing::Test {
 protected:
  MemoryLimit() {
    std::string name = (std::filesystem::temp_directory_path() / "lockstep-limit-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    write("/proc/meminfo", "MemTotal:       16000000 kB\nMemFree:  10 kB\nMemAvailable:    8000000 kB\n");
    write("/proc/self/status", "Name:\ttrainer\nVmSize:\t  200000 kB\nVmRSS:\t 50000 kB\nVmData:\t  100000 kB\n");
    limit_process("unlimited", "unlimited");
  }
  ~MemoryLimit() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  void limit_process(const std::string& address_space, const std::string& data) const {
    write("/proc/self/limits",
          "Limit                     Soft Limit           Hard Limit           Units     \n"
          "Max data size             " +
              data +
              "            unlimited            bytes     \n"
              "Max address space         " +
              address_space + "            unlimited            bytes\n");
  }
  void put_in_group(const std::string& mounts, const std::string& groups) const {
    write("/proc/self/mountinfo", mounts);
    write("/proc/self/cgroup", groups);
  }
  MemoryBound together() const { return memory_limits(root_).together; }
  MemoryBound alone() const { return memory_limits(root_).alone; }

  std::string root_;
};

TEST_F(MemoryLimit, WithoutGroupsIsWhatTheMachineHasAvailable) {
  EXPECT_EQ(together().bytes, 8000000 * 1024.0);
  EXPECT_EQ(together().name, "available on this machine");
  EXPECT_TRUE(std::isinf(alone().bytes));
}

TEST_F(MemoryLimit, IsPhysicalMemoryWhereTheKernelDoesNotTellWhatIsAvailable) {
  write("/proc/meminfo", "MemTotal: 16000000 kB\n");
  EXPECT_GT(together().bytes, 0);
  EXPECT_EQ(together().name, "in this machine");
}

TEST_F(MemoryLimit, IsTheTightestGroupOfVersion2OnTheWayToTheRoot) {
  put_in_group(kMountsOfVersion2, "0::/slurm/job_7/step_0\n");
  write("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
  write("/sys/fs/cgroup/slurm/job_7/memory.max", "3000000000\n");
  write("/sys/fs/cgroup/slurm/memory.max", "4000000000\n");
  write("/sys/fs/cgroup/other/memory.max", "1000\n");
  EXPECT_EQ(together().bytes, 3e9);
  EXPECT_EQ(together().name, "left in the control group /slurm/job_7");
}

TEST_F(MemoryLimit, LeavesOutWhatAGroupHoldsButNotItsFileCache) {
  put_in_group(kMountsOfVersion2, "0::/job\n");
  write("/sys/fs/cgroup/job/memory.max", "3000000000\n");
  write("/sys/fs/cgroup/job/memory.current", "1500000000\n");
  write("/sys/fs/cgroup/job/memory.stat", "anon 500000000\ninactive_file 600000000\nactive_file 400000000\n");
  EXPECT_EQ(together().bytes, 2.5e9);
}

TEST_F(MemoryLimit, EndsWhereAGroupIsSlowedDown) {
  put_in_group(kMountsOfVersion2, "0::/job\n");
  write("/sys/fs/cgroup/job/memory.max", "max\n");
  write("/sys/fs/cgroup/job/memory.high", "2000000000\n");
  EXPECT_EQ(together().bytes, 2e9);
}

TEST_F(MemoryLimit, IsThatOfVersion1WhereItsControllerHasTheMemory) {
  put_in_group(kMountsOfVersion1, "5:cpuset:/\n4:cpu,memory:/jobs/7\n0::/\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "2000000000\n");
  write("/sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes", "9223372036854771712\n");
  write("/sys/fs/cgroup/memory/jobs/memory.usage_in_bytes", "700000000\n");
  write("/sys/fs/cgroup/memory/jobs/memory.stat", "cache 1\ntotal_inactive_file 100000000\ntotal_active_file 0\n");
  EXPECT_EQ(together().bytes, 1.4e9);
  EXPECT_THAT(together().name, ::testing::EndsWith("/jobs"));
}

TEST_F(MemoryLimit, InAContainerIsFoundFromTheMountedBranchOn) {
  put_in_group("30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/docker/abc/job\n");
  write("/sys/fs/cgroup/job/memory.max", "1000000000\n");
  EXPECT_EQ(together().bytes, 1e9);
  put_in_group("30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/docker/abc\n");
  write("/sys/fs/cgroup/memory.max", "500000000\n");
  EXPECT_EQ(together().bytes, 5e8);
  put_in_group("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/../elsewhere\n");
  EXPECT_EQ(together().bytes, 5e8) << "the process is outside the namespace: the mounted root bounds it";
}

TEST_F(MemoryLimit, OfAProcessIsWhatItsAddressSpaceAndDataLeave) {
  limit_process("1024000000", "unlimited");
  EXPECT_EQ(alone().bytes, 1024000000 - 200000 * 1024.0);
  EXPECT_THAT(alone().name, HasSubstr("ulimit -v"));
  limit_process("1024000000", "512000000");
  EXPECT_EQ(alone().bytes, 512000000 - 100000 * 1024.0);
  EXPECT_THAT(alone().name, HasSubstr("ulimit -d"));
  EXPECT_EQ(together().bytes, 8000000 * 1024.0) << "limits of one process do not bound all";
}

TEST_F(MemoryLimit, OfThisMachineIsFound) {
  EXPECT_GT(memory_limits().together.bytes, 1e6);
}

}  // namespace
}  // namespace lockstep
