#include "run/model_file.h"

#include "base/hash.h"
#include "base/version.h"
#include "comm/agreement.h"
#include "data/schema_image.h"
#include "io/checkpoint_file.h"
#include "io/file_system.h"
#include "io/format_number.h"
#include "io/hdf5_image.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <string_view>

namespace lockstep {

namespace {

/// Files without a number count as 0: they have names in place of a schema, the first ones neither columns nor a hash.
constexpr KnownFormats kFormats = {.oldest = 0, .newest = 1};
constexpr const char* kFormat = "/provenance/format";
constexpr const char* kContentHash = "/provenance/content_sha256";

std::string path_of(const LossParameter& parameter) {
  return std::string("/provenance/") + parameter.name;
}

/// The values of a block without negative zeros.
std::vector<double> values_of(const ParameterBlock& block, const Vector& parameters) {
  std::vector<double> values(static_cast<std::size_t>(block.size()), 0.0);
  for (Index i = 0; block.first >= 0 && i < block.size(); ++i) {
    const double x = parameters[block.first + i];
    values[static_cast<std::size_t>(i)] = x == 0 ? 0.0 : x;
  }
  return values;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t length : shape) {
    text += (text.empty() ? "" : " × ") + std::to_string(length);
  }
  return text;
}

std::vector<std::int64_t> matrix_shape(Hdf5ImageReader& image, const std::string& path, const std::string& name) {
  std::vector<std::int64_t> shape = image.shape(name);
  if (shape.size() != 2) {
    throw DataError({path, 0, 0}, name + " is no matrix");
  }
  return shape;
}

std::string weights_name(std::size_t layer) {
  return "/layers/" + std::to_string(layer) + "/W";
}

/// Units of the layers that the file holds, inputs and outputs among them.
std::vector<Index> units_of(Hdf5ImageReader& image, const std::string& path) {
  std::vector<Index> units = {matrix_shape(image, path, weights_name(0))[0]};
  for (std::size_t layer = 0; image.has(weights_name(layer)); ++layer) {
    const std::vector<std::int64_t> shape = matrix_shape(image, path, weights_name(layer));
    if (shape[0] != units.back()) {  // their product is no size of the file's
      throw DataError({path, 0, 0}, weights_name(layer) + " has shape " + shape_text(shape) + ", expected " +
                                        std::to_string(units.back()) + " inputs");
    }
    units.push_back(shape[1]);
  }
  return units;
}

ModelDescription describe(Hdf5ImageReader& image, const std::string& path) {
  ModelDescription model;
  model.kind = model_kind(image.read_text("/provenance/model"));
  model.intercept = image.read_integer("/provenance/has_intercept") != 0;
  for (const LossParameter& one : stored_parameters(model.kind)) {
    model.loss_parameters.*one.value = image.read_double(path_of(one));
  }
  const std::string first = model.is_network() ? weights_name(0) : "/coef";
  if (!image.has(first)) {
    throw DataError({path, 0, 0}, "is not a Lockstep model: it has no " + first);
  }
  if (!model.is_network()) {
    const std::vector<std::int64_t> shape = matrix_shape(image, path, first);
    model.features = shape[1];
    model.outputs = shape[0];
    return model;
  }
  const std::vector<Index> units = units_of(image, path);
  model.features = units.front();
  model.hidden.assign(units.begin() + 1, units.end() - 1);
  model.outputs = units.back();
  model.activation = activation_kind(image.read_text("/provenance/activation"));
  model.loss = network_loss_kind(image.read_text("/provenance/loss"));
  model.precision = precision_kind(image.read_text("/provenance/precision"));
  return model;
}

/// What make_model() takes for granted.
void require_outputs_fit(const ModelDescription& model, const std::string& path) {
  const bool lacks_units =
      model.is_network() && (model.features < 1 || std::ranges::find(model.hidden, 0) != model.hidden.end());
  if (lacks_units || (model.task() == Task::multiclass ? model.outputs < 2 : model.outputs != 1)) {
    throw DataError({path, 0, 0}, "its coefficients are not those of a model '" + to_string(model.kind) + "'");
  }
}

void read_block(const ParameterBlock& block, Hdf5ImageReader& image, const std::string& path, Vector& parameters) {
  const std::vector<std::int64_t> shape = image.shape(block.name);
  const std::vector<std::int64_t> expected(block.shape.begin(), block.shape.end());
  if (shape != expected) {
    throw DataError({path, 0, 0},
                    block.name + " has shape " + shape_text(shape) + ", expected " + shape_text(expected));
  }
  const std::vector<double> values = image.read_doubles(block.name);
  if (block.first >= 0) {
    std::ranges::copy(values, parameters.begin() + block.first);
  }
}

/// Texts with their lengths, so that no two lists are alike.
void update(Sha256& hash, const std::vector<std::string>& texts) {
  const std::uint64_t count = texts.size();
  hash.update(std::as_bytes(std::span(&count, 1)));
  for (const std::string& text : texts) {
    const std::uint64_t length = text.size();
    hash.update(std::as_bytes(std::span(&length, 1)));
    hash.update(std::as_bytes(std::span(text)));
  }
}

/// SHA-256 of all that a reader takes from a model file, whatever its bytes on disk. Files of an earlier version have
/// names in place of a schema.
std::string content_sha256(const ModelFile& file, bool has_stored_schema) {
  Sha256 hash;
  const ModelDescription& model = file.model;
  std::vector<std::string> words = {to_string(model.kind), model.intercept ? "1" : "0"};
  if (model.is_network()) {
    words.insert(words.end(), {to_string(model.activation), to_string(model.loss), to_string(model.precision)});
  }
  for (const ParameterBlock& block : model.blocks()) {
    words.push_back(block.name);
    std::ranges::transform(block.shape, std::back_inserter(words), [](Index n) { return std::to_string(n); });
  }
  update(hash, words);
  for (const ParameterBlock& block : model.blocks()) {
    hash.update(std::as_bytes(std::span<const double>(values_of(block, file.parameters))));
  }
  for (const LossParameter& one : stored_parameters(model.kind)) {
    hash.update(std::as_bytes(std::span(&(model.loss_parameters.*one.value), 1)));
  }
  hash.update(std::as_bytes(std::span(&file.fingerprint, 1)));
  if (has_stored_schema) {
    update(hash, schema_words(file.schema));
    update(hash, {file.configuration});
  } else {
    update(hash, file.schema.feature_names());
    update(hash, file.schema.class_names());
    update(hash, file.schema.table_names());
    update(hash, {file.schema.label_name(), file.configuration});
  }
  return to_hex(hash.finish());
}

void require_classes_fit(const ModelFile& file, const std::string& path) {
  const auto classes = std::ssize(file.schema.class_names());
  if (classes != (file.model.is_classifier() ? std::max<Index>(file.model.outputs, 2) : 0)) {
    throw DataError({path, 0, 0}, "names do not fit the coefficients");
  }
}

ModelFile parse(std::span<const std::byte> bytes, const std::string& path) {
  if (has_seal(kCheckpointSeal, bytes)) {
    throw DataError({path, 0, 0}, "is a checkpoint, not a model; a finished run writes model.h5 beside it");
  }
  // Files of earlier versions, and those from which a person took the seal, begin as HDF5 does.
  constexpr std::string_view hdf5 = "\x89HDF\r\n\x1a\n";
  const bool is_unsealed =
      bytes.size() > hdf5.size() && std::ranges::equal(bytes.first(hdf5.size()), std::as_bytes(std::span(hdf5)));
  if (!is_unsealed && !has_seal(kModelSeal, bytes)) {
    throw DataError({path, 0, 0}, "is not a model: models are HDF5 files, such as the model.h5 of a run");
  }
  if (!is_unsealed) {
    unseal(kModelSeal, bytes, path);
  }
  Hdf5ImageReader image(bytes, path);
  if (image.has("/state/parameters")) {
    throw DataError({path, 0, 0}, "is a checkpoint, not a model file; a run writes model.h5 when it has ended");
  }
  if (!image.has("/provenance/model")) {
    throw DataError({path, 0, 0}, "is not a Lockstep model: it has no /provenance/model");
  }
  require_format(image.has(kFormat) ? image.read_integer(kFormat) : 0, kFormats, path,
                 "use the Lockstep that wrote it, or train the model again");
  ModelFile file;
  file.model = describe(image, path);
  require_outputs_fit(file.model, path);
  file.parameters.resize(file.model.dimension());
  for (const ParameterBlock& block : file.model.blocks()) {
    read_block(block, image, path, file.parameters);
  }
  if (!file.parameters.allFinite()) {
    throw DataError({path, 0, 0}, "holds parameters that are not finite");
  }
  file.schema = read_schema(image, file.model.features, path);
  require_classes_fit(file, path);
  file.configuration = image.read_text("/provenance/configuration");
  file.fingerprint = image.read_word("/provenance/data_fingerprint");
  if (image.has(kContentHash) && image.read_text(kContentHash) != content_sha256(file, has_schema(image))) {
    throw DataError({path, 0, 0},
                    "is damaged (its SHA-256 does not match its content); copy it again, or run the "
                    "training again in its folder, which writes it anew");
  }
  return file;
}

}  // namespace

std::vector<std::byte> to_bytes(const ModelFile& file) {
  Hdf5ImageWriter image(kSealBytes);
  for (const ParameterBlock& block : file.model.blocks()) {
    image.write(block.name, values_of(block, file.parameters), {block.shape.begin(), block.shape.end()});
  }
  image.write("/feature_names", file.schema.feature_names());
  image.write("/class_names", file.schema.class_names());
  write_schema(file.schema, image);
  image.write_scalar(kFormat, kFormats.newest);
  image.write("/provenance/model", to_string(file.model.kind));
  image.write_scalar("/provenance/has_intercept", std::int64_t{file.model.intercept ? 1 : 0});
  for (const LossParameter& one : stored_parameters(file.model.kind)) {
    image.write_scalar(path_of(one), file.model.loss_parameters.*one.value);
  }
  if (file.model.is_network()) {
    image.write("/provenance/activation", to_string(file.model.activation));
    image.write("/provenance/loss", to_string(file.model.loss));
    image.write("/provenance/precision", to_string(file.model.precision));
  }
  image.write("/provenance/label", file.schema.label_name());
  image.write("/provenance/version", std::string(version()));
  image.write("/provenance/configuration", file.configuration);
  image.write_scalar("/provenance/data_fingerprint", file.fingerprint);
  image.write(kContentHash, content_sha256(file, true));
  return seal(kModelSeal, image.finish());
}

ModelFile parse_model(std::span<const std::byte> bytes, const std::string& path) {
  try {
    return parse(bytes, path);
  } catch (const ConfigurationError& error) {  // a word that is none of ours
    throw DataError({path, 0, 0}, error.what());
  }
}

ModelFile load_model(const std::string& path, Communicator& comm) {
  std::string bytes;
  on_root(comm, [&] {
    PosixFileSystem files;
    const std::vector<std::byte> content = read_file(files, path);
    bytes.assign(reinterpret_cast<const char*>(content.data()), content.size());
  });
  broadcast_text(comm, bytes, 0);
  ModelFile file;
  agree(comm, [&] { file = parse_model(std::as_bytes(std::span(bytes)), path); });
  return file;
}

std::string parameters_sha256(const ModelDescription& model, const Vector& parameters) {
  static_assert(std::endian::native == std::endian::little);
  Sha256 hash;
  for (const ParameterBlock& block : model.blocks()) {
    hash.update(std::as_bytes(std::span<const double>(values_of(block, parameters))));
  }
  return to_hex(hash.finish());
}

}  // namespace lockstep
