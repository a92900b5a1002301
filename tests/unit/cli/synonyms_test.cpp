/// What other programs call an option.
#include "cli/command_line.h"
#include "lockstep/base/errors.h"

#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Arguments = std::vector<std::string>;
using testing::HasSubstr;

/// An option of another program, and the one that is meant.
struct Elsewhere {
  const char* given;
  const char* meant;
};

void PrintTo(const Elsewhere& one, std::ostream* out) {
  *out << one.given;
}

class OptionOfAnotherProgram : public testing::TestWithParam<Elsewhere> {};

TEST_P(OptionOfAnotherProgram, IsAnsweredWithTheOneThatIsMeant) {
  const auto [given, meant] = GetParam();
  for (const Arguments& options : {Arguments{given, "1"}, Arguments{std::string(given) + "=1"}}) {
    Arguments arguments = {"train", "--data", "a.csv"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    try {
      parse_command_line(arguments, {});
      ADD_FAILURE() << "not refused";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(std::string("did you mean '") + meant + "'?"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Names, OptionOfAnotherProgram,
    testing::Values(Elsewhere{"--lr", "--learning-rate"}, Elsewhere{"--LR", "--learning-rate"},
                    Elsewhere{"--eta", "--learning-rate"}, Elsewhere{"--step-size", "--learning-rate"},
                    Elsewhere{"--ridge", "--l2"}, Elsewhere{"--lasso", "--l1"}, Elsewhere{"--alpha", "--l2"},
                    Elsewhere{"--C", "--l2"}, Elsewhere{"-c", "--l2"}, Elsewhere{"-C", "--l2"},
                    Elsewhere{"--reg_param", "--l2"}, Elsewhere{"--penalty", "--l2"}, Elsewhere{"--l1_ratio", "--l1"},
                    Elsewhere{"--max-iter", "--max-iterations"}, Elsewhere{"--max_iter", "--max-iterations"},
                    Elsewhere{"--tol", "--tolerance"}, Elsewhere{"--solver", "--optimizer"},
                    Elsewhere{"--batch", "--batch-size"}, Elsewhere{"--batch_size", "--batch-size"},
                    Elsewhere{"--n-epochs", "--epochs"}, Elsewhere{"--epoch", "--epochs"},
                    Elsewhere{"--random-state", "--seed"}, Elsewhere{"--target", "--label-column"},
                    Elsewhere{"--label", "--label-column"}, Elsewhere{"--weights", "--weight-column"},
                    Elsewhere{"--sample_weight", "--weight-column"}, Elsewhere{"--input", "--data"},
                    Elsewhere{"--output", "--run"}, Elsewhere{"--out", "--run"}, Elsewhere{"--n_jobs", "--threads"},
                    Elsewhere{"--early-stopping", "--patience"}, Elsewhere{"-s", "--model"},
                    Elsewhere{"-e", "--tolerance"}, Elsewhere{"-B", "--intercept"}, Elsewhere{"-o", "--run"},
                    Elsewhere{"-j", "--threads"}, Elsewhere{"--no-bias", "--intercept"},
                    Elsewhere{"--model-file", "--init"}, Elsewhere{"--test-size", "--validation"},
                    Elsewhere{"--sep", "--delimiter"}, Elsewhere{"--dec", "--decimal"}));

/// An option that there is none for, and what is said instead.
class OptionThatIsNotNeeded : public testing::TestWithParam<Elsewhere> {};

TEST_P(OptionThatIsNotNeeded, IsAnsweredWithWhatIsDoneInstead) {
  const auto [given, note] = GetParam();
  try {
    parse_command_line(Arguments{"evaluate", "--data", "a.csv", given, "1"}, {});
    ADD_FAILURE() << "not refused";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(),
                testing::AllOf(HasSubstr(std::string("unknown option '") + given + "'; no option: " + note),
                               testing::Not(HasSubstr("did you mean"))));
  }
}

INSTANTIATE_TEST_SUITE_P(Names, OptionThatIsNotNeeded,
                         testing::Values(Elsewhere{"--standardize", "full-batch optimizers scale columns"},
                                         Elsewhere{"--standardise", "full-batch optimizers scale columns"},
                                         Elsewhere{"--normalize", "full-batch optimizers scale columns"},
                                         Elsewhere{"--na_values", "leave rows with missing values out"},
                                         Elsewhere{"--formula", "the model follows from --model"},
                                         Elsewhere{"--gpus", "it runs on processors"},
                                         Elsewhere{"--shuffle", "mini-batches are drawn at random"},
                                         Elsewhere{"--dropout", "--l2 or --weight-decay"},
                                         Elsewhere{"--skiprows", "# begins a comment"},
                                         Elsewhere{"--out", "the result is printed"}));

}  // namespace
}  // namespace lockstep
