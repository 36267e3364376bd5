package org.osteon.adapters.view;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.osteon.adapters.fhirpath.Expression;
import org.osteon.adapters.fhirpath.FhirPathException;
import org.osteon.adapters.view.ViewDefinition.ColumnDefinition;
import org.osteon.adapters.view.ViewDefinition.Iteration;
import org.osteon.adapters.view.ViewDefinition.Select;

/** Compiles the expressions of a definition and lays its columns out; see {@link View#compile}. */
final class ViewCompiler {
    private final ViewDefinition definition;

    ViewCompiler(ViewDefinition definition) {
        this.definition = definition;
    }

    View view() {
        List<Expression> where = definition.where().stream()
                .map(path -> expression("where", path))
                .toList();
        Select whole = new Select(Iteration.NONE, List.of(), List.of(), definition.selects(), List.of());
        SelectPlan root = select(whole, 0);
        List<Column> columns = root.all().stream().map(ColumnPlan::column).toList();
        Set<String> names = new HashSet<>();
        for (Column column : columns) {
            if (!names.add(column.name())) {
                throw columns("the column '" + column.name() + "' is defined twice");
            }
        }
        return new View(definition, columns, where, root);
    }

    private SelectPlan select(Select select, int offset) {
        List<Expression> paths = select.paths().stream()
                .map(path -> expression("path of a select", path))
                .toList();
        List<ColumnPlan> own = select.columns().stream().map(this::column).toList();
        List<ColumnPlan> all = new ArrayList<>(own);
        List<SelectPlan> nested = new ArrayList<>();
        for (Select child : select.selects()) {
            SelectPlan plan = select(child, offset + all.size());
            nested.add(plan);
            all.addAll(plan.all());
        }
        List<SelectPlan> union = new ArrayList<>();
        for (Select branch : select.unionAll()) {
            union.add(select(branch, offset + all.size()));
        }
        if (!union.isEmpty()) {
            checkSameColumns(union);
            all.addAll(union.get(0).all());
        }
        return new SelectPlan(
                offset, select.iteration(), paths, own, List.copyOf(nested), List.copyOf(union), List.copyOf(all));
    }

    private static void checkSameColumns(List<SelectPlan> branches) {
        List<Column> first = columnsOf(branches.get(0));
        for (SelectPlan branch : branches) {
            if (!columnsOf(branch).equals(first)) {
                throw columns("the branches of a unionAll must have the same columns in the same order: " + names(first)
                        + " and " + names(columnsOf(branch)));
            }
        }
    }

    private static List<Column> columnsOf(SelectPlan plan) {
        return plan.all().stream().map(ColumnPlan::column).toList();
    }

    private static String names(List<Column> columns) {
        return columns.stream()
                .map(column -> column.name() + " " + column.type() + (column.collection() ? "[]" : ""))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private ColumnPlan column(ColumnDefinition column) {
        return new ColumnPlan(
                column.column(),
                ColumnType.of(column.column().type()),
                expression("column '" + column.column().name() + "'", column.path()));
    }

    private Expression expression(String place, String path) {
        try {
            return Expression.compile(path, definition.constants());
        } catch (FhirPathException e) {
            throw new ViewException(ViewException.Code.EXPRESSION, place + ": " + e.getMessage(), e);
        }
    }

    private static ViewException columns(String what) {
        return new ViewException(ViewException.Code.COLUMNS, what);
    }
}
