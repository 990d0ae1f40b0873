/// What the page does: one search over all tables, and sorting by a click on a heading. It reads nothing but the page; without it
/// everything can be read all the same. Always the same text, since the page allows it by its digest.
enum PageScript {
    static let text = """
        (function () {
          'use strict';
          var language = document.documentElement.lang;
          var words = document.body.dataset;
          var collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
          var format = new Intl.NumberFormat(language);

          function found(shown, all) {
            return words.found.replace('{n}', format.format(shown)).replace('{all}', format.format(all));
          }

          function Table(element) {
            this.body = element.tBodies[0];
            this.rows = Array.prototype.slice.call(this.body.rows);
            this.texts = null;
            this.scroll = element.closest('.scroll');
            this.note = this.scroll.nextElementSibling;
            this.headings = Array.prototype.slice.call(element.tHead.rows[0].cells);
            this.headings.forEach(this.prepare, this);
          }

          Table.prototype.prepare = function (heading, column) {
            var button = document.createElement('button');
            button.type = 'button';
            while (heading.firstChild) { button.appendChild(heading.firstChild); }
            heading.appendChild(button);
            button.addEventListener('click', this.turn.bind(this, heading, column));
          };

          // Up, down, and as it was.
          Table.prototype.turn = function (heading, column) {
            var before = heading.getAttribute('aria-sort');
            this.headings.forEach(function (other) { other.removeAttribute('aria-sort'); });
            if (before === 'descending') { return this.show(this.rows); }
            heading.setAttribute('aria-sort', before ? 'descending' : 'ascending');
            this.sort(column, before ? -1 : 1);
          };

          Table.prototype.sort = function (column, direction) {
            var isNumeric = true;
            var entries = this.rows.map(function (row) {
              var cell = row.cells[column];
              var text = cell ? cell.textContent : '';
              if (text !== '' && !cell.classList.contains('n')) { isNumeric = false; }
              return { row: row, text: text, number: Number(cell && cell.dataset.value || text) };
            });
            entries.sort(function (one, other) {
              if (one.text === '' || other.text === '') { return (one.text === '') - (other.text === ''); }
              if (isNumeric && one.number !== other.number) { return direction * (one.number < other.number ? -1 : 1); }
              return direction * collator.compare(one.text, other.text);
            });
            this.show(entries.map(function (entry) { return entry.row; }));
          };

          Table.prototype.show = function (rows) {
            var all = document.createDocumentFragment();
            rows.forEach(function (row) { all.appendChild(row); });
            this.body.appendChild(all);
          };

          // Rows that have all the words; how many they are.
          Table.prototype.filter = function (wanted) {
            if (wanted.length > 0 && !this.texts) {
              this.texts = this.rows.map(function (row) { return row.textContent.toLowerCase(); });
            }
            var shown = 0;
            this.rows.forEach(function (row, index) {
              var text = this.texts && this.texts[index];
              row.hidden = !wanted.every(function (word) { return text.indexOf(word) >= 0; });
              if (!row.hidden) { shown += 1; }
            }, this);
            this.scroll.hidden = shown === 0;
            this.note.hidden = wanted.length === 0;
            this.note.textContent = found(shown, this.rows.length);
            return shown;
          };

          var tables = Array.prototype.map.call(document.querySelectorAll('table'), function (element) {
            return new Table(element);
          });
          var box = document.getElementById('search');
          var status = document.getElementById('found');
          var timer = 0;

          function search() {
            var wanted = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
            var shown = 0;
            var all = 0;
            tables.forEach(function (table) {
              shown += table.filter(wanted);
              all += table.rows.length;
            });
            status.textContent = wanted.length === 0 ? '' : found(shown, all);
          }

          box.addEventListener('input', function () {
            clearTimeout(timer);
            timer = setTimeout(search, 150);
          });
          box.closest('.search').hidden = false;
          // Browsers keep what was typed when a page is read again.
          if (box.value !== '') { search(); }
        })();

        """
}
