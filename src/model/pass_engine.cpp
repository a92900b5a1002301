#include "model/pass_engine.h"

#include "base/interrupt.h"
#include "data/column_entries.h"

#include <algorithm>

namespace lockstep {

namespace {

/// Passes along a line of kept margins read labels alone.
bool needs_features(const Pass& pass, const Model& model) {
  return !model.keeps_margins() || (pass.kind != PassKind::line && pass.kind != PassKind::recession);
}

/// Multiply-adds of a row in a pass, about.
double work_of_row(const Pass& pass, const Model& model, const RowFacts& facts) {
  const auto outputs = static_cast<double>(model.outputs());
  if (!needs_features(pass, model)) {
    return outputs;
  }
  const double products = pass.kind == PassKind::hessian ? static_cast<double>(facts.features) : 1;
  const double product = model.keeps_margins()
                             ? static_cast<double>(facts.stored_entries) * outputs /
                                   static_cast<double>(std::max<std::int64_t>(1, facts.partition.rows))
                             : static_cast<double>(model.dimension());
  return products * product;
}

/// Of the margins and terms, those of one leaf.
Pass of_leaf(const Pass& pass, const Model& model, Run rows) {
  const Index outputs = model.outputs();
  return pass.of_margins(static_cast<std::size_t>(rows.begin * outputs),
                         static_cast<std::size_t>(rows.size() * outputs));
}

}  // namespace

ThreadedEngine::ThreadedEngine(const Model& model, const RowFacts& facts, int threads)
    : model_(model), facts_(facts), threads_(threads), summer_(threads) {}

NodeStack& ThreadedEngine::run(const Pass& pass, const RowSource& rows, Run units) {
  if (needs_features(pass, model_)) {
    rows.read_ahead(units);
  }
  interrupted_ = false;
  return rows.columns() != nullptr && model_.gives_terms() && has_terms(pass.kind)
             ? sum_columns(pass, rows, units)
             : sum_rows(pass, model_.shape(pass.kind), rows, units);
}

NodeStack& ThreadedEngine::sum_rows(const Pass& pass, const PartialShape& shape, const RowSource& rows, Run units) {
  const double work = rows.row_count(units) * work_of_row(pass, model_, facts_);
  return summer_.sum(units, shape, work, [&](std::int64_t unit, Partial& into, Workspace& scratch) {
    if (pass.may_be_interrupted && is_interrupted()) {
      interrupted_ = true;
      return;
    }
    add(pass, rows, unit, into, scratch);
  });
}

/// Leaf by leaf what intercepts and headers need; the sums over features then node by node from the columns.
NodeStack& ThreadedEngine::sum_columns(const Pass& pass, const RowSource& rows, Run units) {
  terms_.resize(static_cast<std::size_t>(facts_.rows * model_.outputs()));
  Pass by_row = pass;
  by_row.terms = terms_;
  const PartialShape whole = model_.shape(pass.kind);
  const Index features = model_.penalised();
  NodeStack& rest = sum_rows(by_row, {whole.header, whole.payload - features, whole.scalar}, rows, units);
  whole_.reset(whole);
  std::vector<TreeNode> nodes;
  std::vector<double*> sums;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    nodes.push_back(rest.node(i));
    whole_.open(nodes.back());
  }
  for (std::size_t i = 0; i < rest.size(); ++i) {
    Partial& into = whole_.partial(i);
    std::ranges::copy(rest.partial(i).header(), into.header().begin());
    std::ranges::copy(rest.partial(i).payload<double>(), into.payload<double>().begin() + features);
    sums.push_back(into.payload<double>().data());
  }
  if (!interrupted_) {
    const auto term = pass.kind == PassKind::diagonal ? ColumnEntries::Term::square : ColumnEntries::Term::value;
    rows.columns()->sum(term, terms_, model_.outputs(), nodes, sums, threads_);
  }
  return whole_;
}

/// Rows picked for a batch are added up piece by piece: what a model sums over pieces belongs to a leaf.
void ThreadedEngine::add(const Pass& pass, const RowSource& rows, std::int64_t unit, Partial& into,
                         Workspace& scratch) const {
  RowSet set =
      needs_features(pass, model_) ? rows.read(unit, scratch.rows) : rows.read_without_features(unit, scratch.rows);
  if (set.pieces.empty() || set.pieces.front().picked == nullptr) {
    model_.add(of_leaf(pass, model_, facts_.local_rows_of_leaf(unit)), set, into, scratch);
    return;
  }
  const std::span<const Rows> pieces = set.pieces;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    set.pieces = pieces.subspan(i, 1);
    model_.add(pass, set, into, scratch);
  }
}

}  // namespace lockstep
