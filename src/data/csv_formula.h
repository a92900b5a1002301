/// What a formula asks of a CSV file.
#pragma once

#include "data/csv_layout.h"
#include "data/csv_sample.h"
#include "data/formula.h"
#include "data/reader.h"
#include "data/schema.h"
#include "data/text_parser.h"

#include <vector>

namespace lockstep {

class Communicator;

/// Throws ConfigurationError for settings of what a formula says itself.
void refuse_beside_formula(const ReadSettings& settings, const Formula& formula);

/// Categories are C(x), and features of words (`sample`) that stand in no function.
void choose_categories_of_formula(const Formula& formula, const CsvSample& sample, std::vector<CsvColumn>& columns);

/// Completes the formula of a schema whose columns are known: names, and the bases of polynomials, which one more pass
/// over the rows gives the values for; they are held, one double a row and argument, while the bases are learned.
/// Collective. Throws on every rank DataError for a bad row or too few values for a degree, ConfigurationError for too
/// many columns.
void learn_formula(const CsvLayout& layout, const ReadSettings& settings, const TextRules& rules, InputFile& file,
                   Schema& schema, Communicator& comm);

}  // namespace lockstep
