#include "lockstep/train/model_file.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/hash.h"
#include "lockstep/base/version.h"
#include "lockstep/comm/agreement.h"
#include "lockstep/io/file_system.h"
#include "lockstep/io/hdf5_image.h"

#include <algorithm>
#include <bit>

namespace lockstep {

namespace {

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

/// Layers that the file holds, by their names.
std::vector<Index> hidden_units(Hdf5ImageReader& image) {
  std::vector<Index> units;
  for (int i = 0; image.has("/layers/" + std::to_string(i + 1) + "/W"); ++i) {
    units.push_back(image.shape("/layers/" + std::to_string(i) + "/W")[0]);
  }
  return units;
}

ModelDescription describe(Hdf5ImageReader& image, const std::string& path) {
  ModelDescription model;
  model.kind = model_kind(image.read_text("/provenance/model"));
  model.intercept = image.read_integer("/provenance/has_intercept") != 0;
  model.delta = image.read_double("/provenance/delta");
  const std::string first = model.is_network() ? "/layers/0/W" : "/coef";
  if (!image.has(first)) {
    throw DataError({path, 0, 0}, "is not a Lockstep model: it has no " + first);
  }
  if (model.is_network()) {
    model.hidden = hidden_units(image);
    model.activation = activation_kind(image.read_text("/provenance/activation"));
    model.loss = network_loss_kind(image.read_text("/provenance/loss"));
    model.precision = precision_kind(image.read_text("/provenance/precision"));
  }
  const std::string last = model.is_network() ? "/layers/" + std::to_string(model.hidden.size()) + "/W" : "/coef";
  if (image.shape(first).size() != 2 || image.shape(last).size() != 2) {
    throw DataError({path, 0, 0}, first + " is no matrix");
  }
  model.features = image.shape(first)[1];
  model.outputs = image.shape(last)[0];
  return model;
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

void require_names_fit(const ModelFile& file, const std::string& path) {
  const auto names = std::ssize(file.feature_names);
  const auto classes = std::ssize(file.class_names);
  const bool classes_fit =
      file.model.is_classifier() ? classes == std::max<Index>(file.model.outputs, 2) : classes == 0;
  if ((names != 0 && names != file.model.features) || !classes_fit) {
    throw DataError({path, 0, 0}, "names do not fit the coefficients");
  }
}

}  // namespace

std::vector<std::byte> to_bytes(const ModelFile& file) {
  Hdf5ImageWriter image;
  for (const ParameterBlock& block : file.model.blocks()) {
    image.write(block.name, values_of(block, file.parameters), {block.shape.begin(), block.shape.end()});
  }
  image.write("/feature_names", file.feature_names);
  image.write("/class_names", file.class_names);
  image.write("/provenance/model", to_string(file.model.kind));
  image.write_scalar("/provenance/has_intercept", std::int64_t{file.model.intercept ? 1 : 0});
  image.write_scalar("/provenance/delta", file.model.delta);
  if (file.model.is_network()) {
    image.write("/provenance/activation", to_string(file.model.activation));
    image.write("/provenance/loss", to_string(file.model.loss));
    image.write("/provenance/precision", to_string(file.model.precision));
  }
  image.write("/provenance/label", file.label_name);
  image.write("/provenance/version", std::string(kVersion));
  image.write("/provenance/configuration", file.configuration);
  image.write_scalar("/provenance/data_fingerprint", file.fingerprint);
  return image.finish();
}

ModelFile parse_model(std::span<const std::byte> bytes, const std::string& path) {
  Hdf5ImageReader image(bytes, path);
  if (!image.has("/provenance/model")) {
    throw DataError({path, 0, 0}, "is not a Lockstep model: it has no /provenance/model");
  }
  ModelFile file;
  file.model = describe(image, path);
  file.parameters.resize(file.model.dimension());
  for (const ParameterBlock& block : file.model.blocks()) {
    read_block(block, image, path, file.parameters);
  }
  if (!file.parameters.allFinite()) {
    throw DataError({path, 0, 0}, "holds parameters that are not finite");
  }
  file.feature_names = image.read_texts("/feature_names");
  file.class_names = image.read_texts("/class_names");
  require_names_fit(file, path);
  file.label_name = image.read_text("/provenance/label");
  file.configuration = image.read_text("/provenance/configuration");
  file.fingerprint = image.read_word("/provenance/data_fingerprint");
  return file;
}

ModelFile load_model(const std::string& path, Communicator& comm) {
  std::string bytes;
  on_root(comm, [&] {
    PosixFileSystem files;
    const std::vector<std::byte> content = read_file(files, path);
    bytes.assign(reinterpret_cast<const char*>(content.data()), content.size());
  });
  broadcast_text(comm, bytes, 0);
  return parse_model(std::as_bytes(std::span(bytes)), path);
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
