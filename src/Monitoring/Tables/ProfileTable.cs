using Slipway.Engines.DuckDb;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Monitoring.Tables;

/// <summary>A profile, and the same as if it were a table: columns, types and counts, but no rows.</summary>
internal sealed record ProfileTable(AnswerProfile Profile, DataTable Table)
{
    private const string Input = "input_";
    private const string Score = "output_score";

    /// <summary>The answers of a window, in words.</summary>
    public static ProfileTable Of(IReadOnlyList<ProfiledAnswers> answers, string description)
    {
        var sum = new AnswerProfile();
        foreach (var one in answers)
            sum.Merge(one.Profile.ToBytes());
        var types = sum.Columns.DistinctBy(column => column.Name, StringComparer.Ordinal)
            .ToDictionary(column => column.Name, column => column.Type == FeatureType.Numeric ? "DOUBLE" : "VARCHAR");
        return new ProfileTable(sum, new DataTable
        {
            Name = "",
            Description = description,
            Features = types.Keys.Where(name => name.StartsWith(Input, StringComparison.Ordinal)).ToDictionary(name => name[Input.Length..], name => name),
            Types = types,
            Score = types.ContainsKey(Score) ? Score : null,
            Rows = sum.Rows,
            Answered = [.. answers.Select(one => (one.Deployment, one.ModelVersion, one.Profile.Rows))],
        });
    }

    /// <summary>Profiles columns of a table as answers are profiled.</summary>
    public static ProfileTable Scan(DuckDbConnection connection, DataTable table, IReadOnlyList<string> columns, CancellationToken ct)
    {
        var profiles = columns.Select(column => new AnswerColumn(column, table.TypeOf(column))).ToArray();
        using var result = connection.Query(
            $"select {string.Join(", ", profiles.Select(column => table.Expression(column.Name, column.Type)))} from {table.Name}", ct);
        foreach (var chunk in result.Chunks())
        {
            for (var i = 0; i < profiles.Length; i++)
                Add(chunk.Column(i), profiles[i]);
        }

        var profile = new AnswerProfile(profiles);
        profile.AddRows(table.Rows);
        return new ProfileTable(profile, table);
    }

    private static void Add(DuckDbVector values, AnswerColumn column)
    {
        if (column.Type == FeatureType.Numeric)
        {
            var numbers = values.Values<double>()[..values.Count].ToArray();
            for (var row = 0; row < numbers.Length; row++)
                numbers[row] = values.IsValid(row) ? numbers[row] : double.NaN;
            column.Add(numbers);
            return;
        }

        for (var row = 0; row < values.Count; row++)
        {
            if (values.IsValid(row))
                column.Add(values.GetUtf8(row));
            else
                column.AddNulls(1);
        }
    }
}
