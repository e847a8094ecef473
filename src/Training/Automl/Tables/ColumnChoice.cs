using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Training.Features;
using Slipway.Training.Tables;

namespace Slipway.Training.Automl.Tables;

/// <summary>Says what the columns of a table are taken for, and which say nothing.</summary>
internal static class ColumnChoice
{
    private const int MostOfOneKind = 20;
    private const double MostDistinct = 0.5;

    /// <summary>By their stored types, or what the definition says.</summary>
    public static List<LearnedColumn> Candidates(InputTable table, AutomlSettings settings, List<string> notes)
    {
        string?[] others = [settings.Target, settings.WeightColumn, .. settings.SplitColumns];
        var unknown = settings.Forecast?.Unknown ?? [];
        Check(table, [.. settings.Featurization.Kinds.Keys, .. settings.Featurization.Imputations.Keys, .. unknown, .. settings.Forecast?.SeriesColumns ?? []]);
        var found = new List<LearnedColumn>();
        foreach (var column in table.Columns.Where(column => !others.Contains(column, StringComparer.OrdinalIgnoreCase)))
        {
            if (unknown.Contains(column, StringComparer.OrdinalIgnoreCase))
                notes.Add($"'{column}' is left out: it is not known ahead.");
            else if (KindOf(table.Type(column, "a column"), column, settings, notes) is { } kind)
                found.Add(new LearnedColumn(column, kind));
        }

        return found;
    }

    /// <summary>False, and a note of why, for a column from which nothing can be learned about other rows.</summary>
    public static bool IsOfUse(FeatureColumn column, AutomlSettings settings, List<string> notes)
    {
        if (settings.Forecast is { } forecast
            && forecast.SeriesColumns.Append(forecast.TimeColumn).Contains(column.Name, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        if (IsConstant(column))
        {
            notes.Add($"'{column.Name}' is left out: it is the same in all rows.");
            return false;
        }

        if (column.Texts is not { } texts || settings.Featurization.Kinds.ContainsKey(column.Name))
            return true;

        var known = texts.Where(text => !string.IsNullOrEmpty(text)).ToList();
        var distinct = known.Distinct(StringComparer.Ordinal).Count();
        if (distinct <= MostOfOneKind || distinct <= MostDistinct * known.Count)
            return true;

        notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"'{column.Name}' is left out: {distinct} different values in {known.Count} rows are free text or keys; say Categorical under column_name_and_types to keep it."));
        return false;
    }

    private static ColumnKind? KindOf(DuckDbType stored, string column, AutomlSettings settings, List<string> notes)
    {
        var isOfSeries = settings.Forecast?.SeriesColumns.Contains(column, StringComparer.OrdinalIgnoreCase) == true;
        var isText = stored.Id is DuckDbTypeId.Varchar or DuckDbTypeId.Enum;
        if (isOfSeries)
            return ColumnKind.Categorical;
        if (string.Equals(settings.Forecast?.TimeColumn, column, StringComparison.OrdinalIgnoreCase))
            return ColumnKind.DateTime;
        if (settings.Featurization.Kinds.TryGetValue(column, out var said))
        {
            if (said is null)
                notes.Add($"'{column}' is left out, as featurization.column_name_and_types says.");
            else if (said == ColumnKind.DateTime && stored.IsNumeric)
                throw SlipwayException.Invalid($"The column '{column}' is {stored} and cannot be a DateTime; make a timestamp of it in the step before.");
            return said;
        }

        ColumnKind? kind = stored.IsNumeric || stored.Id == DuckDbTypeId.Boolean ? ColumnKind.Numeric
            : isText ? ColumnKind.Categorical
            : stored.IsInstant ? ColumnKind.DateTime
            : null;
        if (kind is null || (!settings.Featurization.IsOn && kind != ColumnKind.Numeric))
        {
            notes.Add($"'{column}' is left out: it is {stored}{(kind is null ? "" : ", and featurization is off")}.");
            return null;
        }

        return kind;
    }

    private static void Check(InputTable table, IEnumerable<string> named)
    {
        foreach (var column in named)
            table.Type(column, "named in the definition");
    }

    private static bool IsConstant(FeatureColumn column) =>
        column.Numbers is { } numbers ? numbers.ToArray().Distinct().Take(2).Count() < 2
        : column.Instants is { } instants ? instants.ToArray().Distinct().Take(2).Count() < 2
        : column.Texts!.Select(text => text ?? "").Distinct(StringComparer.Ordinal).Take(2).Count() < 2;
}
