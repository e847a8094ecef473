namespace Slipway.Jobs.Definitions;

/// <summary>Orders steps by what they need of each other.</summary>
internal static class StepOrder
{
    /// <summary>Each step after those that it needs, otherwise as in the file. Null when they need each other in a circle.</summary>
    public static IReadOnlyList<StepDefinition>? Sort(IReadOnlyList<StepDefinition> steps)
    {
        var missing = steps.ToDictionary(step => step.Name, step => step.DependsOn.Count);
        var dependents = steps.SelectMany(step => step.DependsOn.Select(needed => (needed, step))).ToLookup(pair => pair.needed, pair => pair.step);
        var position = steps.Select((step, index) => (step.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index);
        var ready = new PriorityQueue<StepDefinition, int>(steps.Where(step => missing[step.Name] == 0).Select(step => (step, position[step.Name])));
        var sorted = new List<StepDefinition>(steps.Count);
        while (ready.TryDequeue(out var next, out _))
        {
            sorted.Add(next);
            foreach (var dependent in dependents[next.Name])
            {
                if (--missing[dependent.Name] == 0)
                    ready.Enqueue(dependent, position[dependent.Name]);
            }
        }

        return sorted.Count == steps.Count ? sorted : null;
    }

    /// <summary>One circle: each step needs the next, the last one the first.</summary>
    public static IReadOnlyList<StepDefinition> FindCycle(IReadOnlyList<StepDefinition> steps)
    {
        var byName = steps.ToDictionary(step => step.Name);
        var left = new Dictionary<string, StepDefinition>(byName);

        // What needs nothing that is left cannot be in a circle; of the rest, whatever one follows ends in one.
        while (left.Values.FirstOrDefault(step => !step.DependsOn.Any(left.ContainsKey)) is { } free)
            left.Remove(free.Name);
        var walked = new List<StepDefinition>();
        var at = steps.First(step => left.ContainsKey(step.Name));
        while (!walked.Contains(at))
        {
            walked.Add(at);
            at = byName[at.DependsOn.First(left.ContainsKey)];
        }

        return walked[walked.IndexOf(at)..];
    }
}
