#include "lockstep/train/model_file.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/hash.h"
#include "lockstep/base/version.h"
#include "lockstep/comm/agreement.h"
#include "lockstep/io/file_system.h"
#include "lockstep/io/hdf5_image.h"

#include <bit>

namespace lockstep {

namespace {

std::span<const double> as_span(const Vector& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

/// Coefficients, then one intercept, 0 where the model has none; no negative zeros.
Vector canonical(const Vector& parameters, bool has_intercept) {
  Vector all(parameters.size() + (has_intercept ? 0 : 1));
  all.head(parameters.size()) = parameters;
  if (!has_intercept) {
    all[all.size() - 1] = 0;
  }
  return all.unaryExpr([](double x) { return x == 0 ? 0.0 : x; });
}

}  // namespace

std::vector<std::byte> to_bytes(const ModelFile& model) {
  const Vector all = canonical(model.parameters, model.has_intercept);
  const Index d = model.features();
  Hdf5ImageWriter image;
  image.write("/coef", as_span(all).first(static_cast<std::size_t>(d)), {1, d});
  image.write("/intercept", as_span(all).last(1));
  image.write("/feature_names", model.feature_names);
  image.write("/class_names", model.class_names);
  image.write("/provenance/model", to_string(model.kind));
  image.write_scalar("/provenance/has_intercept", std::int64_t{model.has_intercept ? 1 : 0});
  image.write("/provenance/label", model.label_name);
  image.write("/provenance/version", std::string(kVersion));
  image.write("/provenance/configuration", model.configuration);
  image.write_scalar("/provenance/data_fingerprint", model.fingerprint);
  return image.finish();
}

ModelFile parse_model(std::span<const std::byte> bytes, const std::string& path) {
  Hdf5ImageReader image(bytes, path);
  for (const char* name : {"/coef", "/intercept", "/provenance/model"}) {
    if (!image.has(name)) {
      throw DataError({path, 0, 0}, std::string("is not a Lockstep model: it has no ") + name);
    }
  }
  ModelFile model;
  model.kind = model_kind(image.read_text("/provenance/model"));
  model.has_intercept = image.read_integer("/provenance/has_intercept") != 0;
  const std::vector<double> coef = image.read_doubles("/coef");
  const std::vector<double> intercept = image.read_doubles("/intercept");
  if (intercept.size() != 1) {
    throw DataError({path, 0, 0}, "/intercept has " + std::to_string(intercept.size()) + " values, expected 1");
  }
  model.parameters.resize(static_cast<Index>(coef.size()) + (model.has_intercept ? 1 : 0));
  std::ranges::copy(coef, model.parameters.begin());
  if (model.has_intercept) {
    model.parameters[model.parameters.size() - 1] = intercept[0];
  }
  if (!model.parameters.allFinite()) {
    throw DataError({path, 0, 0}, "holds parameters that are not finite");
  }
  model.feature_names = image.read_texts("/feature_names");
  model.class_names = image.read_texts("/class_names");
  const auto names = static_cast<Index>(model.feature_names.size());
  if ((names != 0 && names != model.features()) ||
      model.class_names.size() != (model.kind == ModelKind::logistic ? 2u : 0u)) {
    throw DataError({path, 0, 0}, "names do not fit the coefficients");
  }
  model.label_name = image.read_text("/provenance/label");
  model.configuration = image.read_text("/provenance/configuration");
  model.fingerprint = image.read_word("/provenance/data_fingerprint");
  return model;
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

std::string parameters_sha256(const Vector& parameters, bool has_intercept) {
  static_assert(std::endian::native == std::endian::little);
  const Vector all = canonical(parameters, has_intercept);
  return to_hex(sha256(std::as_bytes(as_span(all))));
}

}  // namespace lockstep
