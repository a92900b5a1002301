/// convert and generate: the file that training takes for the one it was made from, and data whose model is known.
#include "cli/trainer.h"
#include "io/hdf5_image.h"
#include "io/hdf5_input.h"

#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Convert : public ::testing::Test {
 protected:
  /// Parameters and data as a run of these arguments has them.
  std::string result_of(int ranks, const Arguments& arguments) {
    const std::string run = scratch_.path("run" + std::to_string(runs_++));
    launch_well(ranks, 1, Arguments{"train", "--run", run, "--max-iterations", "5"} + arguments);
    const nlohmann::json summary = summary_of(run);
    return summary.at("parameters_sha256").get<std::string>() + ' ' + summary.at("data_fingerprint").dump();
  }

  /// Names in the folder.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(fs::path(scratch_.path(".")))) {
      found.push_back(entry.path().filename().string());
    }
    std::ranges::sort(found);
    return found;
  }

  const Scratch scratch_;
  int runs_ = 0;
};

TEST_F(Convert, TrainingOnTheOutputIsTrainingOnTheInput) {
  std::string rows = "id,x 1,x2,w,e,skipped,y\n";
  for (int i = 0; i < 60; ++i) {
    const int x = i * 37 % 11;
    rows += fmt::format("r{},{},{},{},{},text,{}\n", i, x, 0.1 * (i % 7), 1 + i % 3, 0.5 + i % 4,
                        (x + i % 5) % 3 == 0 ? "no" : "yes");
  }
  const std::string table = scratch_.write("table.csv", rows);
  const std::string out = scratch_.path("out.h5");
  const Arguments columns = {"--drop", "skipped", "--weight-column", "w", "--exposure-column", "e"};
  const Arguments model = {"--model", "logistic", "--l2", "0.1"};
  const ProcessResult made =
      launch_well(3, 1, Arguments{"convert", "--data", table, "--output", out, "--id-column", "id"} + columns);
  EXPECT_THAT(made.text(), HasSubstr("60 rows × 2 features, label 'y' (2 classes)"));
  const std::string expected = result_of(0, Arguments{"--data", table} + columns + Arguments{"--drop", "id"} + model);
  // What the table has in columns of their own, the output has in the usual places.
  const auto judged = [&](const std::string& data) {
    const auto said =
        launch_well(0, 1, {"evaluate", "--json", "--model-file", scratch_.path("run0/model.h5"), "--data", data});
    EXPECT_THAT(said.err, Not(HasSubstr("weigh")));
    return nlohmann::json::parse(said.out).at("log_loss");
  };
  EXPECT_EQ(judged(out), judged(table));
  EXPECT_EQ(result_of(0, Arguments{"--data", out} + model), expected);
  EXPECT_EQ(result_of(3, Arguments{"--data", out} + model), expected);

  Hdf5Input file = Hdf5Input::open(out);
  EXPECT_EQ(file.read_text("/id")[7], "r7");
  EXPECT_EQ(file.read_text("/feature_names"), (std::vector<std::string>{"x 1", "x2"}));
  EXPECT_EQ(file.read_text("/class_names"), (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(file.read_text("/schema/role").size(), 7);

  // The same bytes by one process; not over a file that is there, nor over the input.
  const std::string bytes = content_of(out);
  const Arguments again = Arguments{"convert", "--data", table, "--id-column", "id", "--output"};
  const ProcessResult refused = launch(0, 1, again + Arguments{out} + columns);
  EXPECT_EQ(refused.exit_code, 73);
  EXPECT_THAT(error_lines(refused), ElementsAre(HasSubstr("is there already")));
  launch_well(0, 2, again + Arguments{out, "--overwrite"} + columns);
  EXPECT_TRUE(content_of(out) == bytes);
  EXPECT_EQ(launch(0, 1, {"convert", "--data", out, "--output", out, "--overwrite"}).exit_code, 73);
  // From HDF5 to HDF5.
  launch_well(0, 1, {"convert", "--data", out, "--output", scratch_.path("twice.h5"), "--compress"});
  EXPECT_EQ(result_of(0, Arguments{"--data", scratch_.path("twice.h5")} + model), expected);
}

TEST_F(Convert, AModelOfTheOutputReadsTheInputAndTheOtherWayRound) {
  std::string rows = "job,age,w,o,id,y\n";
  for (int i = 0; i < 60; ++i) {
    rows += fmt::format("{},{},{},{},r{},{}\n",
                        i % 7 == 3   ? "?"
                        : i % 3 == 0 ? "clerk"
                        : i % 3 == 1 ? "nurse"
                                     : "cook",
                        i % 5 == 0 ? "" : std::to_string(20 + i * 13 % 40), 1 + i % 3, 0.125 * (i % 4), i,
                        (i * 7 + i % 3) % 4 == 0 ? "no" : "yes");
  }
  const std::string table = scratch_.write("people.csv", rows);
  const std::string out = scratch_.path("people.h5");
  const Arguments columns = {"--weight-column", "w", "--offset-column", "o", "--missing", "indicator"};
  launch_well(0, 1,
              Arguments{"convert", "--data", table, "--output", out, "--id-column", "id", "--no-drop-first"} + columns);
  const Arguments train = {"train", "--model", "logistic", "--l2", "0.1", "--run"};
  const auto model = [&](const char* run) { return scratch_.path(run) + std::string("/model.h5"); };
  launch_well(
      0, 1,
      train + Arguments{scratch_.path("of_table"), "--data", table, "--drop", "id", "--header", "--validation", out} +
          columns);
  launch_well(0, 1, train + Arguments{scratch_.path("of_output"), "--data", out, "--validation", table});
  const nlohmann::json judged_by_output = summary_of(scratch_.path("of_table"));
  EXPECT_EQ(judged_by_output.at("validation"), judged_by_output.at("metrics"));
  EXPECT_EQ(summary_of(scratch_.path("of_output")).at("validation"), judged_by_output.at("metrics"));
  std::vector<std::string> predictions;
  std::vector<std::string> metrics;
  for (const char* run : {"of_table", "of_output"}) {
    for (const std::string& data : {table, out}) {
      const Arguments of = {"--data", data, "--model-file", model(run)};
      predictions.push_back(launch_well(0, 1, Arguments{"predict", "--proba", "--output", "-"} + of).out);
      const ProcessResult evaluated = launch_well(0, 1, Arguments{"evaluate", "--json"} + of);
      EXPECT_THAT(evaluated.err, Not(HasSubstr("weigh")));
      auto json = nlohmann::json::parse(evaluated.out);
      metrics.push_back(fmt::format("{} {}", json.at("accuracy").dump(), json.at("log_loss").dump()));
    }
  }
  EXPECT_THAT(predictions, Each(predictions[0]));
  EXPECT_THAT(metrics, Each(metrics[0]));
}

TEST_F(Convert, ASchemaThatIsNotOfTheFeaturesIsNotUsed) {
  Hdf5ImageWriter image;
  image.write("/X", std::vector<double>{1, 2, 3, 4}, {2, 2});
  image.write("/y", std::vector<double>{1, 2});
  image.write("/feature_names", std::vector<std::string>{"a", "b"});
  for (const char* name : {"/schema/name", "/schema/role", "/schema/kind"}) {
    image.write(name, std::vector<std::string>{"feature"});
  }
  const std::vector<std::byte> bytes = image.finish();
  const std::string data = scratch_.write("edited.h5", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const auto said =
      launch_well(2, 1, {"train", "--data", data, "--model", "linear", "--l2", "1", "--run", scratch_.path("run")});
  EXPECT_THAT(said.err, HasSubstr("its /schema is not one of these features, and is not used"));
}

TEST_F(Convert, NumbersAndIdxAndSparseRowsKeepTheirValues) {
  const std::string diabetes = scratch_.path("diabetes.h5");
  launch_well(0, 1, {"convert", "--data", shipped("diabetes.csv"), "--output", diabetes, "--compress"});
  const Arguments linear = {"--model", "linear", "--data"};
  EXPECT_EQ(result_of(0, linear + Arguments{diabetes}), result_of(0, linear + Arguments{shipped("diabetes.csv")}));

  // The last column is the label, whatever its name and values.
  launch_well(
      0, 1,
      {"convert", "--data", scratch_.write("last.csv", "a,species\n1,x\n2,y\n"), "--output", scratch_.path("last.h5")});
  EXPECT_EQ(Hdf5Input::open(scratch_.path("last.h5")).read_text("/class_names"), (std::vector<std::string>{"x", "y"}));

  const std::string text = scratch_.write("sparse.svm", "2 1:1.5 4:-2\n# nothing\n-3\n2.5 3:1e-3 4:7 5:0\n");
  const ProcessResult made = launch_well(0, 1, {"convert", "--data", text, "--output", scratch_.path("sparse.h5")});
  EXPECT_THAT(made.text(), HasSubstr("about 96 B to be written"));  // 4 entries of 12, 3 rows of 16
  Hdf5Input sparse = Hdf5Input::open(scratch_.path("sparse.h5"));
  EXPECT_THAT(sparse.read_doubles("/X/data"), ElementsAre(1.5, -2, 1e-3, 7));
  EXPECT_THAT(sparse.read_integers("/X/indices"), ElementsAre(0, 3, 2, 3));
  EXPECT_THAT(sparse.read_integers("/X/indptr"), ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(sparse.read_doubles("/y"), ElementsAre(2, -3, 2.5));
  EXPECT_EQ(result_of(0, linear + Arguments{scratch_.path("sparse.h5")}), result_of(0, linear + Arguments{text}));

  launch_well(0, 1,
              {"convert", "--data", scratch_.write("map.csv", "a,y\n1,1\n2,no.\n"), "--label-map", "1->yes,no.->no",
               "--output", scratch_.path("map.h5")});
  EXPECT_EQ(Hdf5Input::open(scratch_.path("map.h5")).read_text("/class_names"),
            (std::vector<std::string>{"no", "yes"}));
}

TEST_F(Convert, ABadRowIsTheErrorOfTrainingAndLeavesNothing) {
  const std::string data = scratch_.write("bad.csv", "a,y\n1,2\n3,4\nx,5\n");
  const Arguments convert = {"convert", "--data", data, "--output", scratch_.path("out.h5")};
  for (const int ranks : {0, 3}) {
    const ProcessResult result = launch(ranks, 1, convert);
    EXPECT_EQ(result.exit_code, 65);
    EXPECT_THAT(error_lines(result), ElementsAre(HasSubstr("bad.csv:4:1: ")));
  }
  EXPECT_EQ(launch(0, 1, {"convert", "--data", data, "--output", scratch_.path("out.csv")}).exit_code, 64);
  EXPECT_EQ(launch(0, 1, {"convert", "--data", scratch_.path("none.csv"), "--output", scratch_.path("o.h5")}).exit_code,
            66);
  EXPECT_THAT(names(), ElementsAre("bad.csv"));
}

class Generate : public Convert {
 protected:
  Arguments generate(const std::string& kind, const std::string& output, const Arguments& more = {}) const {
    return Arguments{"generate", "--kind", kind, "--output", scratch_.path(output)} + more;
  }
};

TEST_F(Generate, TheSameBytesOnAnyRanksAndThreads) {
  const Arguments size = {"--rows", "3000", "--features", "40", "--condition", "50", "--seed", "4"};
  for (const auto& [output, more] :
       std::vector<std::pair<std::string, Arguments>>{{"dense.h5", {"--compress"}},
                                                      {"sparse.h5", {"--density", "0.1", "--storage", "float32"}},
                                                      {"text.svm", {}}}) {
    launch_well(0, 1, generate("softmax", output, size + more));
    const std::string bytes = content_of(scratch_.path(output));
    const std::string truth = content_of(scratch_.path(output.substr(0, output.find('.')) + ".truth.h5"));
    EXPECT_EQ(launch(0, 1, generate("softmax", output, size + more)).exit_code, 73);
    launch_well(3, 2, generate("softmax", output, size + more + Arguments{"--overwrite"}));
    EXPECT_TRUE(content_of(scratch_.path(output)) == bytes) << output;
    EXPECT_TRUE(content_of(scratch_.path(output.substr(0, output.find('.')) + ".truth.h5")) == truth);
  }
  Hdf5Input sparse = Hdf5Input::open(scratch_.path("sparse.h5"));
  EXPECT_EQ(sparse.kind("/X/data"), ArrayKind::float32);
  EXPECT_EQ(sparse.shape("/X/indptr"), std::vector<std::int64_t>{3001});
  EXPECT_NEAR(static_cast<double>(sparse.shape("/X/indices")[0]), 12'000, 500);
  EXPECT_EQ(launch(0, 1, generate("poisson", "p.h5", {"--noise", "0.01"})).exit_code, 78);
  EXPECT_EQ(launch(0, 1, generate("cubic", "p.h5")).exit_code, 64);
  EXPECT_EQ(launch(0, 1, generate("linear", "p.csv")).exit_code, 64);
}

TEST_F(Generate, TrainingFindsTheTruth) {
  for (const std::string kind : {"linear", "logistic", "poisson", "gamma", "softmax"}) {
    const std::string data = scratch_.path(kind + ".h5");
    const std::string run = scratch_.path("fit-" + kind);
    launch_well(0, 1, generate(kind, kind + ".h5", {"--rows", "20000", "--features", "5", "--condition", "4"}));
    launch_well(0, 1, {"train", "--data", data, "--model", kind, "--optimizer", "newton", "--run", run});
    Hdf5Input fitted = Hdf5Input::open(run + "/model.h5");
    Hdf5Input truth = Hdf5Input::open(scratch_.path(kind + ".truth.h5"));
    const std::vector<double> w = fitted.read_doubles("/coef");
    const std::vector<double> expected = truth.read_doubles("/coef");
    ASSERT_EQ(w.size(), expected.size());
    for (std::size_t j = 0; j < w.size(); ++j) {
      EXPECT_NEAR(w[j], expected[j], 5 * 4 / std::sqrt(20000)) << kind << ' ' << j;  // 4: above all standard errors
    }
    EXPECT_NEAR(fitted.read_doubles("/intercept")[0], truth.read_doubles("/intercept")[0], 5 * 4 / std::sqrt(20000));
  }
}

TEST_F(Generate, TheTruthIsAModelFile) {
  launch_well(0, 1, generate("mlp", "net.h5", {"--rows", "2000", "--features", "6", "--classes", "4", "--noise", "0"}));
  const ProcessResult result = launch_well(
      0, 1, {"evaluate", "--model-file", scratch_.path("net.truth.h5"), "--data", scratch_.path("net.h5"), "--json"});
  EXPECT_EQ(nlohmann::json::parse(result.out).at("accuracy"), 1.0) << result.text();
}

}  // namespace
}  // namespace lockstep::testing
