/// Rows that a thread has parsed and that wait for their turn.
#pragma once

#include "data/row_sink.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// A sink that keeps what it is told and tells it on.
class PartRows final : public RowSink {
 public:
  void clear();

  Index rows() const { return rows_; }
  Index values() const { return values_; }  ///< of features

  void reserve(Index rows, Index values) override;
  void number(Index column, double value) override;
  void text(Index column, std::string_view value) override;
  void features(std::span<const double> values) override;
  void entries(std::span<const std::int32_t> feature, std::span<const double> value) override;
  void end_row() override;

  /// Tells another sink row by row. Where that throws, replayed() is the number of the row, from 0.
  void replay(RowSink& sink);
  Index replayed() const { return replayed_; }

 private:
  enum class Kind : std::uint8_t { number, text, features, entries, end_row };
  struct Call {
    Kind kind;
    std::int32_t column;
    std::uint32_t size;
  };

  std::vector<Call> calls_;
  std::vector<double> numbers_;  // of number(), features() and entries(), in order
  std::vector<std::int32_t> columns_;
  std::string texts_;
  Index rows_ = 0;
  Index values_ = 0;
  Index replayed_ = 0;
};

/// Lets one row of all that it is told through to another sink.
class OneRow final : public RowSink {
 public:
  OneRow(Index row, RowSink& sink) : row_(row), sink_(sink) {}

  void reserve(Index, Index) override {}
  void number(Index column, double value) override;
  void text(Index column, std::string_view value) override;
  void features(std::span<const double> values) override;
  void entries(std::span<const std::int32_t> feature, std::span<const double> value) override;
  void end_row() override;

 private:
  Index row_;
  RowSink& sink_;
  Index at_ = 0;
};

}  // namespace lockstep
