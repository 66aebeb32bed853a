namespace Testbed.Models.Litmus;

/// <summary>
/// A small program from the literature: other tools' figures for it are known. It runs when it is named.
/// </summary>
/// <param name="name">What the command line calls it.</param>
/// <param name="summary">What runs against what, and what must hold.</param>
public abstract class LitmusTest(string name, string summary) : Scenario
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => summary;

    /// <inheritdoc/>
    public override bool IsLitmus => true;
}
