using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>Checks the names in <c>${{inputs.x}}</c>, <c>${{outputs.x}}</c> and <c>${{search_space.x}}</c>, and <c>$[[…]]</c>.</summary>
internal sealed class OwnExpressions(Problems problems)
{
    private static readonly Action<string> s_ignored = _ => { };

    /// <summary>The names that may be used; null: any, because the component that declares them is not here.</summary>
    public sealed record Names(IReadOnlyCollection<string>? Inputs, IReadOnlyCollection<string>? Outputs, IReadOnlyCollection<string> SearchSpace)
    {
        /// <summary>Inputs that are declared optional, and so may stand in <c>$[[…]]</c>.</summary>
        public IReadOnlyCollection<string> Optional { get; init; } = [];

        /// <summary>Those of them without default, which may stand nowhere else.</summary>
        public IReadOnlyCollection<string> Absent { get; init; } = [];
    }

    public void Check(Piece piece, IEnumerable<string> fields, Names names)
    {
        foreach (var field in fields)
        {
            if (piece.Map[field] is { } node)
                Walk(node, piece.At(field), names, field == "command");
        }
    }

    /// <summary>Each single value below the node, with its path.</summary>
    public static IEnumerable<(YamlScalar Scalar, string Path)> Scalars(YamlNode node, string path) => node switch
    {
        YamlScalar scalar => [(scalar, path)],
        YamlMap map => map.Entries.SelectMany(entry => Scalars(entry.Value, Shape.Join(path, entry.Key))),
        YamlList list => list.Items.SelectMany((item, index) => Scalars(item, $"{path}[{index}]")),
        _ => [],
    };

    private void Walk(YamlNode node, string path, Names names, bool isCommand)
    {
        foreach (var (scalar, at) in Scalars(node, path).Where(found => ExpressionReader.HasExpression(found.Scalar.Text)))
        {
            foreach (var expression in ExpressionReader.Read(scalar.Text, s_ignored).Expressions)
                CheckName(expression, scalar, at, names);
            if (isCommand)
                CheckOptional(scalar, at, names);
        }
    }

    // What the component does not declare at all was reported as unknown.
    private static bool IsRequired(Expression expression, Names names) =>
        !names.Optional.Contains(expression.Name) && names.Inputs?.Contains(expression.Name) == true;

    private void CheckName(Expression expression, YamlScalar scalar, string path, Names names)
    {
        var known = expression.Kind switch
        {
            ExpressionKind.Input => names.Inputs,
            ExpressionKind.Output => names.Outputs,
            ExpressionKind.SearchSpace => names.SearchSpace,
            _ => null,
        };
        var group = expression.Name.Split('.')[0];
        if (known is null || known.Contains(expression.Name) || known.Contains(group))
            return;

        var noun = expression.Kind switch
        {
            ExpressionKind.Input => "input",
            ExpressionKind.Output => "output",
            _ => "search space",
        };
        problems.Add(
            scalar.Place,
            path,
            $"{expression} names an {noun} that does not exist.".Replace("an search", "a search", StringComparison.Ordinal)
                + $"{Nearest.Hint(expression.Name, known)} Known: {(known.Count == 0 ? "none" : string.Join(", ", known))}.");
    }

    private void CheckOptional(YamlScalar scalar, string path, Names names)
    {
        foreach (var part in OptionalText.Split(scalar.Text))
        {
            var used = ExpressionReader.Read(part.Text, s_ignored).Expressions.Where(found => found.Kind == ExpressionKind.Input);
            foreach (var expression in used.Where(found => part.IsOptional ? IsRequired(found, names) : names.Absent.Contains(found.Name)))
            {
                problems.Add(scalar.Place, path, part.IsOptional
                    ? $"{expression} stands in $[[…]], and the input is always there; only an optional input may stand there."
                    : $"{expression} is optional and may be absent; put it, with the words around it, into $[[…]].");
            }
        }
    }
}
