#include "data/hdf5_row_writer.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <string>

namespace lockstep {

namespace {

bool has_offset(const Schema& schema) {
  return schema.find(ColumnRole::offset) != nullptr || schema.find(ColumnRole::exposure) != nullptr;
}

}  // namespace

Hdf5RowWriter::Hdf5RowWriter(Hdf5Output& output, const Schema& schema, bool is_dense, const RowStorage& storage)
    : output_(output), is_dense_(is_dense) {
  const Hdf5Number type = storage.type == Scalar::float32 ? Hdf5Number::float32 : Hdf5Number::float64;
  const auto of = [&](Hdf5Number number, std::int64_t columns) {
    return Hdf5SeriesSettings{
        .type = number, .columns = columns, .compress = storage.compress, .threads = storage.threads};
  };
  if (is_dense) {
    values_ = &output.series("/X", of(type, schema.features()));
  } else {
    values_ = &output.series("/X/data", of(type, -1));
    indices_ = &output.series("/X/indices", of(Hdf5Number::int32, -1));
    indptr_ = &output.series("/X/indptr", of(Hdf5Number::int64, -1));
    constexpr std::int64_t kFirst = 0;
    indptr_->append(std::span(&kFirst, 1));
  }
  label_ = schema.find(ColumnRole::label) == nullptr ? nullptr : &output.series("/y", {});
  weight_ = schema.find(ColumnRole::weight) == nullptr ? nullptr : &output.series("/weight", {});
  offset_ = has_offset(schema) ? &output.series("/offset", {}) : nullptr;
  id_ = schema.find(ColumnRole::id) == nullptr ? nullptr : &output.text_series("/id");
}

void Hdf5RowWriter::append_to(Hdf5Series* series, std::span<const double> values, const char* what) {
  if (series != nullptr) {
    series->append(values);
  } else if (!values.empty()) {
    throw InternalError(std::string(what) + " of rows that have none");
  }
}

void Hdf5RowWriter::append(const RowBlock& block) {
  values_->append(is_dense_ ? std::span(block.dense) : std::span(block.value));
  if (!is_dense_) {
    indices_->append(std::span(block.column));
    std::vector<std::int64_t> places(block.row_start.begin() + 1, block.row_start.end());
    std::ranges::for_each(places, [&](std::int64_t& place) { place += entries_; });
    indptr_->append(std::span<const std::int64_t>(places));
    entries_ += std::ssize(block.value);
  }
  append_to(label_, block.label, "labels");
  append_to(weight_, block.weight, "weights");
  append_to(offset_, block.offset, "offsets");
  if (id_ != nullptr) {
    id_->append(block.id);
  }
  rows_ += block.rows;
}

void Hdf5RowWriter::recode_labels(const std::function<double(double)>& value) {
  label_->transform([&](std::span<double> labels) { std::ranges::transform(labels, labels.begin(), value); });
}

void Hdf5RowWriter::finish(const Schema& schema) {
  for (const Hdf5Series* series : {label_, weight_, offset_}) {
    if (series != nullptr && series->values() != rows_) {
      throw InternalError("a column of the output has not as many values as there are rows");
    }
  }
  if (!is_dense_) {
    const std::array<std::int64_t, 2> shape = {rows_, schema.features()};
    output_.write_attribute("/X", "encoding-type", "csr_matrix");
    output_.write_attribute("/X", "encoding-version", "0.1.0");
    output_.write_attribute("/X", "shape", shape);
  }
  const auto write_names = [&](const char* path, const std::vector<std::string>& names) {
    if (!names.empty()) {
      output_.write(path, names);
    }
  };
  write_names("/feature_names", schema.feature_names());
  write_names("/class_names", schema.class_names());
}

double hdf5_row_bytes(const Schema& schema, double rows, double entries, bool is_dense, Scalar type) {
  const double value = type == Scalar::float32 ? sizeof(float) : sizeof(double);
  const double columns = (schema.find(ColumnRole::label) != nullptr ? 1 : 0) +
                         (schema.find(ColumnRole::weight) != nullptr ? 1 : 0) + (has_offset(schema) ? 1 : 0) +
                         (schema.find(ColumnRole::id) != nullptr ? 4 : 0);  // of about 16 bytes with their reference
  const double features = is_dense ? rows * static_cast<double>(schema.features()) * value
                                   : entries * (value + sizeof(std::int32_t)) + rows * sizeof(std::int64_t);
  return features + rows * columns * sizeof(double);
}

}  // namespace lockstep
