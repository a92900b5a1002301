/// A file of held-out rows is scored on the label that training learned.
#include "lockstep/base/errors.h"
#include "run/problem.h"

#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HeldOutLabel : public ::testing::Test {
 protected:
  std::vector<double> held_out_labels(const std::string& training, const std::string& held_out,
                                      const std::string& label_column = "") {
    write_text(folder_ / "t.csv", training);
    write_text(folder_ / "v.csv", held_out);
    TrainSettings settings;
    settings.model.kind = model_kind("linear");
    settings.data.path = folder_ / "t.csv";
    settings.data.label_column = label_column;
    settings.validation.rows = ValidationSource::parse(folder_ / "v.csv");
    SerialCommunicator comm;
    return load_problem(settings.completed(), Execution(comm, 1)).validation->label;
  }

  const TemporaryFolder folder_;
};

TEST_F(HeldOutLabel, IsTheOneOfTheTrainingRowsWhateverStandsBesideIt) {
  const std::string training = "a,b,z\n1,2,3\n4,5,6\n";
  EXPECT_THAT(held_out_labels(training, "a,y,b,z\n1,100,2,3\n"), ElementsAre(3));
  EXPECT_THAT(held_out_labels(training, "z,a,b,note\n3,1,2,100\n"), ElementsAre(3));
  EXPECT_THAT(held_out_labels(training, "target,z,b,a\n100,3,2,1\n"), ElementsAre(3));
  EXPECT_THAT(held_out_labels("a,b,z,y\n1,2,3,9\n4,5,6,9\n", "a,b,z,y\n1,2,3,100\n", "y"), ElementsAre(100));
}

TEST_F(HeldOutLabel, WithoutNamesStandsInItsUsualPlace) {
  EXPECT_THAT(held_out_labels("1,2,3\n4,5,6\n", "7,8,9\n"), ElementsAre(9));
}

TEST_F(HeldOutLabel, AFileWithoutItIsRefused) {
  try {
    held_out_labels("a,b,z\n1,2,3\n4,5,6\n", "a,b,y\n1,2,3\n");
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_THAT(error.what(), HasSubstr("no column 'z'"));
  }
}

}  // namespace
}  // namespace lockstep::testing
