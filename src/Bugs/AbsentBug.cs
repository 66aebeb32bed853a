namespace Testbed.Bugs;

/// <summary>A known defect of the original runtime that no change to the production sources brings back.</summary>
/// <param name="Name">What the command line calls it: lower case, words parted by hyphens.</param>
/// <param name="Summary">One line: what went wrong.</param>
/// <param name="Origin">The commit or issue of the original runtime.</param>
/// <param name="CannotArise">Why it cannot arise here.</param>
public sealed record AbsentBug(string Name, string Summary, string Origin, string CannotArise);
