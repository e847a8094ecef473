using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>Reads the inputs and outputs of a step: what its component declares, with what the step gives.</summary>
internal sealed class StepPorts(Problems problems, bool isComplete)
{
    /// <summary>AutoML takes its tables as fields; to everybody else they are inputs like any other.</summary>
    private static readonly string[] s_tables = ["training_data", "validation_data", "test_data"];

    /// <summary>What AutoML makes, whether or not it is declared.</summary>
    private const string BestModel = "best_model";

    private readonly PortReader _ports = new(problems, isComplete);

    /// <param name="component">What declares the inputs; null when nothing does.</param>
    /// <param name="isOpen">True: a component declares them that is not here; anything may be given.</param>
    /// <param name="suppliedElsewhere">Declared inputs that need not be given (a sweep's search space).</param>
    public IReadOnlyList<InputDefinition> Inputs(Piece step, Piece? component, bool isOpen, IReadOnlySet<string> suppliedElsewhere)
    {
        var given = step.Entries("inputs").ToList();
        var inputs = new List<InputDefinition>();
        var declared = component?.Entries("inputs").ToList() ?? [];
        foreach (var declaration in declared)
        {
            var definition = PortReader.Declared(declaration, component!.Folder);
            var value = given.FirstOrDefault(entry => entry.Key == declaration.Key);
            if (value is not null)
                definition = _ports.Given(value, step.At($"inputs.{value.Key}"), step.Folder, definition, declaration.Value as YamlMap);
            else if (suppliedElsewhere.Contains(declaration.Key))
                continue;
            if (definition.Value is null && !definition.Optional && value is not { Value: YamlMap })
                Missing(step, component, definition);
            inputs.Add(definition);
        }

        foreach (var entry in given.Where(entry => declared.All(declaration => declaration.Key != entry.Key)))
        {
            if (component is null || isOpen)
                inputs.Add(_ports.Given(entry, step.At($"inputs.{entry.Key}"), step.Folder, null, null));
            else
                Unknown(entry, step.At("inputs"), "input", declared, typosOnly: true);
        }

        inputs.AddRange(s_tables.Where(_ => step.Map["task"] is not null).Select(table => Table(step, table)).OfType<InputDefinition>());
        return inputs;
    }

    public IReadOnlyList<OutputDefinition> Outputs(Piece step, Piece? component, bool isOpen)
    {
        var given = step.Entries("outputs").ToList();
        var declared = component?.Entries("outputs").ToList() ?? [];
        var outputs = new List<OutputDefinition>();
        foreach (var declaration in declared)
        {
            var definition = PortReader.Output(declaration, null);
            outputs.Add(given.FirstOrDefault(entry => entry.Key == declaration.Key) is { } value ? PortReader.Output(value, definition) : definition);
        }

        foreach (var entry in given.Where(entry => declared.All(declaration => declaration.Key != entry.Key)))
        {
            // Every job has the implicit output artifacts, which a step may name in order to bind it.
            if (component is null || isOpen || entry.Key == "artifacts")
                outputs.Add(PortReader.Output(entry, null));
            else
                Unknown(entry, step.At("outputs"), "output", declared);
        }

        if (step.Map["task"] is not null && outputs.All(output => output.Name != BestModel))
            outputs.Add(new OutputDefinition { Name = BestModel, Type = "mlflow_model", Place = step.Map.Place });
        return outputs;
    }

    private static InputDefinition? Table(Piece step, string field)
    {
        var node = step.Map[field];
        var text = node as YamlScalar ?? (node as YamlMap)?.Scalar("path");
        return text is null ? null : new InputDefinition
        {
            Name = field,
            Type = (node as YamlMap)?.Text("type") ?? "mltable",
            Mode = node is YamlMap map ? PortTables.InputModeOf(map) : null,
            Value = PortReader.Content(text, step.Folder),
            Place = node!.Place,
        };
    }

    private void Missing(Piece step, Piece? component, InputDefinition input)
    {
        var name = component?.Map.Text("name") is { } named ? $"Component '{named}'" : "The component";
        problems.Add(
            (step.Map.Find("inputs")?.KeyPlace) ?? step.Map.Place,
            step.At($"inputs.{input.Name}"),
            $"{name} requires this input of type {input.Type}, and nothing is given.");
    }

    private void Unknown(YamlEntry entry, string path, string noun, List<YamlEntry> declared, bool typosOnly = false)
    {
        var names = declared.Select(declaration => declaration.Key).ToList();

        // Azure ML drops inputs that the component does not have, and published pipelines give such.
        if (typosOnly && Nearest.Find(entry.Key, names) is null)
            return;
        problems.Add(
            entry.KeyPlace,
            Shape.Join(path, entry.Key),
            $"The component has no {noun} '{entry.Key}'.{Nearest.Hint(entry.Key, names)} Known: {(names.Count == 0 ? "none" : string.Join(", ", names))}.");
    }
}
