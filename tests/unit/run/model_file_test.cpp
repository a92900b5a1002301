/// model.h5: comes back whole, or is refused.
#include "run/model_file.h"

#include "io/format_number.h"
#include "io/hdf5_image.h"
#include "lockstep/base/errors.h"
#include "model/losses.h"
#include "run/training_state.h"

#include <functional>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Texts = std::vector<std::string>;

ModelFile some_model() {
  ModelFile model;
  model.model.kind = model_kind("logistic");
  model.model.features = 2;
  model.parameters = Vector{{1, -2, 0.5}};
  model.schema.is_table = true;
  model.schema.columns = {
      {.name = "target", .role = ColumnRole::label, .kind = ColumnKind::text, .levels = {"no", "yes"}},
      {.name = "länge", .kind = ColumnKind::boolean, .feature = 0},
      {.name = "key", .role = ColumnRole::id, .kind = ColumnKind::text},
      {.name = "b c", .feature = 1},
      {.name = "w", .role = ColumnRole::weight}};
  model.configuration = "l2 = 0.1\n";
  model.fingerprint = 42;
  return model;
}

TEST(ModelFile, ComesBackAndEqualModelsGiveEqualBytes) {
  const ModelFile model = some_model();
  const std::vector<std::byte> bytes = to_bytes(model);
  const ModelFile back = parse_model(bytes, "m");
  EXPECT_EQ(back.parameters, model.parameters);
  EXPECT_EQ(back.schema, model.schema);
  EXPECT_EQ(to_bytes(back), bytes);
}

TEST(ModelFile, KnowsEveryModelByNameAndParameters) {
  for (const ModelKind kind : known_models()) {
    ModelFile file;
    file.model.kind = kind;
    file.model.features = 2;
    file.model.outputs = file.model.task() == Task::multiclass ? 3 : 1;
    file.schema = schema_of_names(2, {"a", "b"}, "y", {});
    if (kind->is_network) {
      file.model.hidden = {4};
    }
    if (file.model.is_classifier()) {
      file.schema.set_class_names(file.model.outputs == 3 ? Texts{"a", "b", "c"} : Texts{"a", "b"});
    }
    double number = 0.25;
    for (const LossParameter& one : stored_parameters(kind)) {
      file.model.loss_parameters.*one.value = number += 0.125;
    }
    file.parameters = Vector::LinSpaced(file.model.dimension(), 1, 2);
    EXPECT_EQ(parse_model(to_bytes(file), "m").model, file.model) << kind->name;
  }
}

TEST(ModelFile, KnowsALossThatAProgramRegistered) {
  ModelFile file;
  file.model.kind = register_model({.name = "own", .loss = [](const LossParameters&) { return make_squared_loss(); }});
  file.model.features = 2;
  file.schema = schema_of_names(2, {"a", "b"}, "y", {});
  file.parameters = Vector{{1, 2, 3}};
  const ModelFile back = parse_model(to_bytes(file), "m");
  EXPECT_EQ(to_string(back.model.kind), "own");
  EXPECT_EQ(make_model(back.model)->dimension(), 3);
}

TEST(ModelFile, RefusesOtherContent) {
  try {
    parse_model(std::vector<std::byte>(100), "m");
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "m: is not a model: models are HDF5 files, such as the model.h5 of a run");
  }
  EXPECT_THROW(parse_model(to_bytes(TrainingState()), "m"), DataError);
}

/// Sealed as it is written.
std::string refusal_of(Hdf5ImageWriter& image, const std::string& model) {
  image.write("/provenance/model", model);
  image.write_scalar("/provenance/has_intercept", std::int64_t{1});
  image.write("/provenance/activation", std::string("relu"));
  image.write("/provenance/loss", std::string("cross-entropy"));
  image.write("/provenance/precision", std::string("float64"));
  for (const LossParameter& one : stored_parameters(model_kind(model))) {
    image.write_scalar(std::string("/provenance/") + one.name, 1.0);
  }
  try {
    parse_model(seal(kModelSeal, image.finish()), "m");
  } catch (const DataError& error) {
    return error.what();
  }
  return "not refused";
}

/// Matrices that fit by themselves, and would need 720 GB together.
TEST(ModelFile, RefusesLayersThatDoNotFitBeforeAnythingIsAllocated) {
  constexpr std::int64_t units = 300000;
  const std::vector<double> weights(units);
  Hdf5ImageWriter image(kSealBytes);
  image.write("/layers/0/W", weights, {1, units});
  image.write("/layers/1/W", weights, {1, units});
  EXPECT_EQ(refusal_of(image, "mlp"), "m: /layers/1/W has shape 1 × 300000, expected 300000 inputs");
}

TEST(ModelFile, RefusesOutputsThatTheModelCannotHave) {
  const std::vector<double> weights(2);
  for (const auto& [model, shape] : std::vector<std::pair<std::string, std::vector<std::int64_t>>>{
           {"logistic", {2, 1}}, {"linear", {2, 1}}, {"softmax", {1, 2}}}) {
    Hdf5ImageWriter image(kSealBytes);
    image.write("/coef", weights, shape);
    EXPECT_EQ(refusal_of(image, model), "m: its coefficients are not those of a model '" + model + "'");
  }
  Hdf5ImageWriter image(kSealBytes);
  image.write("/layers/0/W", weights, {2, 1});
  EXPECT_EQ(refusal_of(image, "mlp"), "m: its coefficients are not those of a model 'mlp'");
}

/// h5py's users find names where they were.
TEST(ModelFile, HasNamesOfFeaturesAndClassesBesideTheSchema) {
  Hdf5ImageReader image(to_bytes(some_model()), "m");
  EXPECT_EQ(image.read_texts("/feature_names"), (std::vector<std::string>{"länge", "b c"}));
  EXPECT_EQ(image.read_texts("/class_names"), (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(image.read_text("/provenance/label"), "target");
  EXPECT_EQ(image.read_texts("/schema/role"),
            (std::vector<std::string>{"label", "feature", "id", "feature", "weight"}));
}

void write_first_version(Hdf5ImageWriter& image) {
  image.write("/coef", std::vector<double>{1, -2}, {1, 2});
  image.write("/intercept", std::vector<double>{0.5});
  image.write("/feature_names", std::vector<std::string>{"a", "b"});
  image.write("/class_names", std::vector<std::string>{"no", "yes"});
  image.write("/provenance/model", std::string("logistic"));
  image.write_scalar("/provenance/has_intercept", std::int64_t{1});
  image.write_scalar("/provenance/delta", 1.35);
  image.write("/provenance/label", std::string("target"));
  image.write("/provenance/configuration", std::string("l2 = 0.1\n"));
  image.write_scalar("/provenance/data_fingerprint", std::uint64_t{42});
}

/// Files of versions that stored neither the columns of the training table nor a hash.
TEST(ModelFile, OfTheFirstVersionIsRead) {
  Hdf5ImageWriter image;
  write_first_version(image);
  const ModelFile back = parse_model(image.finish(), "m");
  EXPECT_EQ(back.parameters, (Vector{{1, -2, 0.5}}));
  EXPECT_EQ(back.schema, schema_of_names(2, {"a", "b"}, "target", {"no", "yes"}));
}

/// Files of the version that stored them, and names in place of a schema; the hash is one that it wrote.
TEST(ModelFile, OfTheSecondVersionIsReadAndStillSealed) {
  const std::string hash = "a2e6f07491885dd58d87d0e6d8ffeecab5d083ea38b143ea1a87b31b7a8f14db";
  const std::vector<std::string> columns = {"target", "a", "key", "b"};
  for (const std::string& stored : {hash, std::string(64, '0')}) {
    Hdf5ImageWriter image;
    write_first_version(image);
    image.write("/provenance/columns", columns);
    image.write("/provenance/content_sha256", stored);
    const std::vector<std::byte> bytes = image.finish();
    if (stored == hash) {
      EXPECT_EQ(parse_model(bytes, "m").schema, schema_of_table(columns, {"a", "b"}, "target", {"no", "yes"}));
    } else {
      EXPECT_THROW(parse_model(bytes, "m"), DataError);
    }
  }
}

TEST(ModelFile, ASchemaThatIsNotTheCoefficientsIsRefused) {
  const std::vector<std::function<void(Schema&)>> damages = {
      [](Schema& schema) {
        schema.columns.pop_back();
        schema.columns.pop_back();
      },
      [](Schema& schema) { schema.columns[3].feature = 0; },
      [](Schema& schema) { schema.columns[3].width = 2; },
      [](Schema& schema) { schema.columns[3].feature = -1; },
      [](Schema& schema) { schema.columns[0].levels.push_back("maybe"); },
  };
  for (const auto& damage : damages) {
    ModelFile file = some_model();
    damage(file.schema);
    EXPECT_THROW(parse_model(to_bytes(file), "m"), DataError);
  }
}

/// A file of which only the number of its format is known.
std::vector<std::byte> with_format(std::int64_t number) {
  Hdf5ImageWriter image;
  image.write_scalar("/provenance/format", number);
  image.write("/provenance/model", std::string("of words to come"));
  return image.finish();
}

TEST(ModelFile, OfAnotherFormatIsRefusedNamingBothNumbersAndWhatToDo) {
  try {
    parse_model(with_format(7), "run/model.h5");
    ADD_FAILURE() << "not refused";
  } catch (const FormatError& error) {
    EXPECT_EQ(error.code(), ExitCode::configuration);
    EXPECT_STREQ(
        error.what(),
        "run/model.h5: newer format version 7 (this Lockstep reads 0 to 1); use the Lockstep that wrote it, or "
        "train the model again");
  }
  EXPECT_THROW(parse_model(with_format(-1), "m"), FormatError);
  EXPECT_THROW(parse_model(with_format(1), "m"), DataError) << "the number is known, the words are not";
}

TEST(ModelFile, SaysTheNumberOfItsFormat) {
  Hdf5ImageReader image(to_bytes(some_model()), "m");
  EXPECT_EQ(image.read_integer("/provenance/format"), 1);
}

TEST(ModelFile, EveryFlippedBitIsRefusedNamingTheFile) {
  std::vector<std::byte> file = to_bytes(some_model());
  for (std::size_t i = 0; i < file.size(); i += i < kSealBytes ? 1 : 7) {
    for (std::size_t bit = 0; bit < 8; bit += 3) {
      const std::byte flip{static_cast<unsigned char>(1U << (bit + i) % 8)};
      file[i] ^= flip;
      try {
        parse_model(file, "run/model.h5");
        ADD_FAILURE() << "byte " << i << " is accepted";
      } catch (const Error& error) {
        ASSERT_TRUE(std::string(error.what()).starts_with("run/model.h5: ")) << "byte " << i << ": " << error.what();
      }
      file[i] ^= flip;
    }
  }
}

/// What the last version wrote, and what a person makes of a file to edit it: what is read has a hash of its own.
TEST(ModelFile, WithoutItsSealAFlipIsRefusedOrHarmless) {
  const std::vector<std::byte> whole = to_bytes(some_model());
  std::vector<std::byte> file(whole.begin() + kSealBytes, whole.end());
  int refused = 0;
  for (std::size_t i = 0; i < file.size(); i += 7) {
    const std::byte flip{static_cast<unsigned char>(1U << (i / 7) % 8)};
    file[i] ^= flip;
    try {
      ASSERT_EQ(to_bytes(parse_model(file, "run/model.h5")), whole) << "byte " << i;
    } catch (const Error& error) {
      ++refused;
      ASSERT_TRUE(std::string(error.what()).starts_with("run/model.h5: ")) << "byte " << i << ": " << error.what();
    }
    file[i] ^= flip;
  }
  EXPECT_GT(refused, 100);
}

TEST(ModelFile, ATruncatedOneIsRefusedNamingTheFile) {
  const std::vector<std::byte> whole = to_bytes(some_model());
  for (std::size_t length = 0; length < whole.size(); length += 61) {
    try {
      parse_model(std::span(whole).first(length), "run/model.h5");
      ADD_FAILURE() << length << " bytes are accepted";
    } catch (const DataError& error) {
      ASSERT_TRUE(std::string(error.what()).starts_with("run/model.h5: ")) << error.what();
    }
  }
}

ModelDescription logistic(Index features, bool intercept) {
  ModelDescription model;
  model.features = features;
  model.intercept = intercept;
  return model;
}

TEST(ModelFile, HoldsNetworksLayerByLayer) {
  ModelFile file;
  file.model.kind = model_kind("mlp");
  file.model.features = 3;
  file.model.hidden = {4, 2};
  file.model.outputs = 2;
  file.model.activation = Activation::gelu;
  file.model.precision = Scalar::float64;
  file.schema = schema_of_names(3, {}, "", {"a", "b"});
  file.parameters = Vector::LinSpaced(file.model.dimension(), 1, 2);
  const ModelFile back = parse_model(to_bytes(file), "m");
  EXPECT_EQ(back.model, file.model);
  EXPECT_EQ(back.parameters, file.parameters);
  EXPECT_EQ(file.model.dimension(), file.model.network().parameters());
  for (Index layer = 0; layer < 3; ++layer) {
    const auto blocks = file.model.blocks();
    EXPECT_EQ(blocks[static_cast<std::size_t>(2 * layer)].first, file.model.network().weights_begin(layer));
    EXPECT_EQ(blocks[static_cast<std::size_t>(2 * layer + 1)].first, file.model.network().biases_begin(layer));
  }
}

TEST(ParametersSha256, IsOverCoefficientsThenInterceptWithoutNegativeZeros) {
  // python3 -c "import hashlib, struct; print(hashlib.sha256(struct.pack('<3d', 1, 0, 0)).hexdigest())"
  EXPECT_EQ(parameters_sha256(logistic(2, true), Vector{{1, 0, 0}}),
            "725c4777db328932b197731b1c986c84913a069a2090deb3667b697624551c8b");
  EXPECT_EQ(parameters_sha256(logistic(2, true), Vector{{1, -0.0, 0}}),
            parameters_sha256(logistic(2, true), Vector{{1, 0, -0.0}}));
  EXPECT_EQ(parameters_sha256(logistic(2, false), Vector{{1, 0}}),
            parameters_sha256(logistic(2, true), Vector{{1, 0, 0}}));
  EXPECT_NE(parameters_sha256(logistic(2, true), Vector{{1, 0, 0}}),
            parameters_sha256(logistic(2, true), Vector{{0, 1, 0}}));
}

}  // namespace
}  // namespace lockstep
