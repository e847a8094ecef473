using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>The component files that one is inside of, and how many steps were read in all.</summary>
internal sealed class Nesting
{
    private const int MaxDepth = 20;
    private const int MaxSteps = 10_000;

    private readonly List<string> _files;
    private readonly int _depth;
    private readonly Counter _steps;

    private Nesting(List<string> files, int depth, Counter steps)
    {
        _files = files;
        _depth = depth;
        _steps = steps;
    }

    public bool IsNested => _depth > 0;

    public static Nesting Root() => new([], 0, new Counter());

    public Nesting Into(Piece component) =>
        new(component.Path.Length == 0 ? [.. _files, component.File.Key] : _files, _depth + 1, _steps);

    /// <summary>Whether the component may be read here; otherwise the reason was reported.</summary>
    public bool MayEnter(Piece component, Piece from, Problems problems)
    {
        var place = from.Map["component"] ?? from.Map["trial"] ?? from.Map;
        if (component.Path.Length == 0 && _files.Contains(component.File.Key))
        {
            var circle = string.Join(" → ", _files.SkipWhile(file => file != component.File.Key).Append(component.File.Key));
            problems.Add(place.Place, from.At("component"), $"The component files contain each other in a circle: {circle}.");
            return false;
        }

        if (_depth < MaxDepth)
            return true;
        problems.Add(place.Place, from.At("component"), $"Pipelines are nested more than {MaxDepth} deep here.");
        return false;
    }

    /// <summary>Counts a step; false when there are too many, which is reported once.</summary>
    public bool Count(YamlEntry step, string path, Problems problems)
    {
        if (++_steps.Value <= MaxSteps)
            return true;
        if (_steps.Value == MaxSteps + 1)
            problems.Add(step.KeyPlace, path, $"With all nested pipelines the job has more than {MaxSteps:N0} steps.");
        return false;
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}
